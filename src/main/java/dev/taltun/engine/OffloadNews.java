package dev.taltun.engine;

import dev.taltun.dataplane.Offloads;

/**
 * Tells the user, once each, when the kernel refuses an offload that it had agreed to at start.
 * Packet threads never log: they leave a note in {@link Offloads}, which is looked at now and then.
 */
final class OffloadNews {
    /** Looks between two times that refused destinations are given another chance. */
    static final int RETRY_LOOKS = 600;

    private final Offloads offloads;
    private final EngineLog log;
    private boolean runTold;
    private boolean gsoTold;
    private boolean tcpTold;
    private boolean udpTold;
    private int looks;

    OffloadNews(Offloads offloads, EngineLog log) {
        this.offloads = offloads;
        this.log = log;
    }

    /** Looks at what has happened. One thread. */
    void look() {
        if (++looks % RETRY_LOOKS == 0) {
            offloads.retryRuns();
        }
        String refusal = offloads.gsoRefusal();
        boolean off = offloads.maxSegments() == 1;
        if (refusal != null && !(off ? gsoTold : runTold)) {
            gsoTold |= off;
            runTold = true;
            log.warn(
                    off
                            ? "udp_gso is off from now on: the kernel refused it (%s); nothing is lost"
                                    .formatted(refusal)
                            : ("the kernel refused a run of datagrams (%s): that peer gets them"
                                            + " one by one; if the way there has a small MTU, a"
                                            + " lower mtu is faster")
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
