package dev.taltun.api;

import dev.taltun.control.PathStatus;
import dev.taltun.control.PeerStatus;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.Map;

/**
 * Answers {@code get=1}: the interface, then each peer behind its {@code public_key}. Keys that are
 * not WireGuard's are {@link StatusKey}s; wg(8) skips what it does not know.
 */
final class GetAnswer {
    private static final long NANOS_PER_MICRO = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    private GetAnswer() {}

    static void write(Device device, Answer out) throws UapiException {
        List<PeerStatus> peers = Commands.await(device.peers());
        Map<PublicKey, SecretKey> presharedKeys = Commands.await(device.presharedKeys());
        try {
            device(device, out);
            for (PeerStatus peer : peers) {
                out.line("public_key", peer.publicKey());
                SecretKey presharedKey = presharedKeys.get(peer.publicKey());
                if (presharedKey != null) {
                    out.line("preshared_key", presharedKey);
                }
                peer(peer, out);
            }
        } finally {
            presharedKeys.values().forEach(SecretKey::close);
        }
    }

    private static void device(Device device, Answer out) {
        DeviceStatus status = device.status();
        try (SecretKey key = device.privateKey()) {
            if (key != null) {
                out.line("private_key", key);
            }
        }
        out.line("listen_port", status.listenPort());
        if (status.fwmark() != 0) {
            out.line("fwmark", Integer.toUnsignedLong(status.fwmark()));
        }
        if (status.publicKey() != null) {
            out.line(StatusKey.OWN_PUBLIC_KEY, status.publicKey());
        }
        out.line(StatusKey.MODE, status.mode());
        out.line(StatusKey.MTU, status.mtu());
        out.line(StatusKey.OFFLOADS, String.join(" ", status.offloads()));
        out.line(StatusKey.CRYPTO, status.crypto());
        status.counters()
                .forEach((counter, n) -> out.line(StatusKey.COUNTER, counter.name() + " " + n));
    }

    private static void peer(PeerStatus peer, Answer out) {
        out.line("protocol_version", 1);
        if (peer.endpoint() != null) {
            out.line("endpoint", peer.endpoint().toString());
        }
        long handshake = peer.lastHandshakeEpochMillis();
        out.line("last_handshake_time_sec", handshake / MILLIS_PER_SECOND);
        out.line("last_handshake_time_nsec", handshake % MILLIS_PER_SECOND * NANOS_PER_MILLI);
        out.line("tx_bytes", peer.txBytes());
        out.line("rx_bytes", peer.rxBytes());
        out.line("persistent_keepalive_interval", peer.keepaliveSeconds());
        for (IpPrefix prefix : peer.allowedIps()) {
            out.line("allowed_ip", prefix.toString());
        }
        out.line(StatusKey.NAME, peer.name());
        if (peer.suite() != null) {
            out.line(StatusKey.SUITE, peer.suite().text());
            out.line(StatusKey.SESSION_AGE_MS, peer.sessionAgeNanos() / NANOS_PER_MILLI);
        }
        path(peer.path(), out);
        if (peer.lastReceivedNanosAgo() >= 0) {
            out.line(StatusKey.RECEIVED_MS_AGO, peer.lastReceivedNanosAgo() / NANOS_PER_MILLI);
        }
        out.line(StatusKey.UNANSWERED_MS, peer.unansweredNanos() / NANOS_PER_MILLI);
        out.line(StatusKey.TX_PACKETS, peer.txPackets());
        out.line(StatusKey.RX_PACKETS, peer.rxPackets());
        if (peer.stagedPackets() != 0) {
            out.line(StatusKey.WAITING_PACKETS, peer.stagedPackets());
        }
    }

    private static void path(PathStatus path, Answer out) {
        switch (path.kind()) {
            case DIRECT -> out.line(StatusKey.PATH, PathReport.DIRECT);
            case RELAY -> {
                out.line(StatusKey.PATH, PathReport.RELAY);
                out.line(StatusKey.PATH_RELAY, path.relay());
            }
            case NONE -> {
                // Absent, as an endpoint that is unknown.
            }
        }
        if (!path.reason().isEmpty()) {
            out.line(StatusKey.PATH_REASON, path.reason());
        }
        if (path.changedNanosAgo() >= 0) {
            out.line(StatusKey.PATH_CHANGED_MS_AGO, path.changedNanosAgo() / NANOS_PER_MILLI);
        }
        if (path.directRttNanos() >= 0) {
            out.line(StatusKey.DIRECT_RTT_US, path.directRttNanos() / NANOS_PER_MICRO);
        }
        if (path.relayRttNanos() >= 0) {
            out.line(StatusKey.RELAY_RTT_US, path.relayRttNanos() / NANOS_PER_MICRO);
        }
        if (path.observed() != null) {
            out.line(StatusKey.OBSERVED, path.observed().toString());
        }
        if (path.observedNanosAgo() >= 0) {
            out.line(StatusKey.OBSERVED_MS_AGO, path.observedNanosAgo() / NANOS_PER_MILLI);
        }
        if (!path.observedFrom().isEmpty()) {
            out.line(StatusKey.OBSERVED_FROM, path.observedFrom());
        }
        if (!path.filtering().isEmpty()) {
            out.line(StatusKey.FILTERING, path.filtering());
        }
        for (PathStatus.Candidate candidate : path.candidates()) {
            out.line(StatusKey.CANDIDATE, candidate.endpoint() + " " + candidate.state());
        }
    }
}
