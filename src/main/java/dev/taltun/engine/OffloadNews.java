package dev.taltun.engine;

import dev.taltun.dataplane.Offloads;

/**
 * Tells the user, once each, when the kernel refuses an offload that it had agreed to at start.
 * Packet threads never log: they leave a note in {@link Offloads}, which is looked at now and then.
 */
final class OffloadNews {
    private final Offloads offloads;
    private final EngineLog log;
    private boolean gsoTold;
    private boolean tcpTold;
    private boolean udpTold;

    OffloadNews(Offloads offloads, EngineLog log) {
        this.offloads = offloads;
        this.log = log;
    }

    /** Looks at what has happened. One thread. */
    void look() {
        String refusal = offloads.gsoRefusal();
        if (refusal != null && !gsoTold) {
            gsoTold = true;
            log.warn(
                    offloads.maxSegments() == 1
                            ? "udp_gso is off from now on: the kernel refused it (%s); nothing is lost"
                                    .formatted(refusal)
                            : ("the kernel refused a run of datagrams (%s) and got them one by one;"
                                            + " if the way to a peer has a small MTU, a lower mtu"
                                            + " is faster")
                                    .formatted(refusal));
        }
        if (offloads.tunTcpRefused() && !tcpTold) {
            tcpTold = true;
            log.warn("tun_tso is off for receiving: the kernel refused a TCP super-packet");
        }
        if (offloads.tunUdpRefused() && !udpTold) {
            udpTold = true;
            log.warn("tun_uso is off for receiving: the kernel refused a UDP super-packet");
        }
    }
}
