package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.PeerConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.routing.IpPrefix;
import java.util.List;

/** Tells the user what runs: one line for each fact that matters. */
final class Announcement {
    /** Above these numbers the log tells how many there are instead of each. */
    private static final int PEERS_TOLD = 50;

    private static final int PREFIXES_TOLD = 50;

    private final TaltunConfig config;
    private final EngineLog log;

    Announcement(TaltunConfig config, EngineLog log) {
        this.config = config;
        this.log = log;
    }

    /**
     * @param sockets one of each worker
     * @param blank whether there is no configuration yet, as wg(8) will bring it
     */
    void tell(
            List<LinuxUdpSocket> sockets,
            Tunnel tun,
            AeadProviders aead,
            PublicKey publicKey,
            boolean blank) {
        InterfaceConfig iface = config.iface();
        LinuxUdpSocket socket = sockets.getFirst();
        log.info(
                tun.exists()
                        ? "interface %s, MTU %d".formatted(iface.tunName(), iface.mtu())
                        : "lighthouse %s, MTU %d".formatted(iface.tunName(), iface.mtu()));
        if (blank) {
            log.info("waiting for wg(8) and ip(8)");
            return;
        }
        if (!iface.vips().isEmpty()) {
            log.info("addresses " + joined(iface.vips()));
        }
        if (!iface.routes().isEmpty()) {
            log.info("routes " + joined(iface.routes()));
        }
        log.info(
                "listening on UDP port %d, %s"
                        .formatted(socket.port(), socket.ipv6() ? "IPv4 and IPv6" : "IPv4"));
        log.info("public key " + publicKey.toBase64());
        log.info("cipher " + aead.description());
        aead.skipped().forEach(line -> log.info("not used: " + line));
        log.info(
                "offloads: tun_tso %s, tun_uso %s, udp_gso %s, udp_gro %s"
                        .formatted(
                                onOff(tun.tcpOffload()),
                                onOff(tun.udpOffload()),
                                onOff(socket.gso()),
                                onOff(socket.gro())));
        log.info(workers(sockets.size()));
        peers();
        log.info("ready");
    }

    private void peers() {
        if (config.peers().size() > PEERS_TOLD) {
            log.info(config.peers().size() + " peers");
            return;
        }
        for (PeerConfig peer : config.peers()) {
            log.info(
                    "peer %s %s at %s for %s"
                            .formatted(
                                    peer.name(),
                                    peer.publicKey().toBase64(),
                                    peer.endpoint().map(Object::toString).orElse("any address"),
                                    joined(peer.prefixes().toList())));
        }
    }

    private String workers(int number) {
        String place = config.iface().cpus().isEmpty() ? "" : ", on CPUs " + config.iface().cpus();
        return "workers: " + number + ", each a thread to send and one to receive" + place;
    }

    private static String onOff(boolean on) {
        return on ? "on" : "off";
    }

    private static String joined(List<IpPrefix> prefixes) {
        if (prefixes.size() > PREFIXES_TOLD) {
            return prefixes.size() + " prefixes";
        }
        return String.join(", ", prefixes.stream().map(IpPrefix::toString).toList());
    }
}
