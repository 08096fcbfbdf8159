package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.PeerReport;
import dev.taltun.api.StatusClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/** What an engine says of one peer, from one moment to the next. */
final class WatchedPeer {
    private final String publicKey;
    private InterfaceReport report;

    private WatchedPeer(String publicKey, InterfaceReport report) {
        this.publicKey = publicKey;
        this.report = report;
    }

    /** Finds the interface and the peer that an address belongs to. */
    static WatchedPeer to(InetAddress target) throws IOException {
        WatchedPeer best = null;
        int longest = -1;
        for (String name : StatusClient.interfaces()) {
            // An interface of another namespace may have the same peers.
            if (NetworkInterface.getByName(name) == null) {
                continue;
            }
            InterfaceReport report = StatusClient.report(name).orElse(null);
            if (report == null) {
                continue;
            }
            for (PeerReport peer : report.peers()) {
                int length = peer.matchedLength(target);
                if (length > longest) {
                    longest = length;
                    best = new WatchedPeer(peer.publicKey(), report);
                }
            }
        }
        if (best == null) {
            throw new IOException(
                    "no running interface here has a peer with "
                            + target.getHostAddress()
                            + "; see: taltun status");
        }
        return best;
    }

    String interfaceName() {
        return report.name();
    }

    String peerName() {
        PeerReport peer = peer(report);
        return "peer " + peer.name().orElse(peer.publicKey());
    }

    /** Which way what is sent now goes. */
    String inUse() {
        return words(peer(report));
    }

    /** Which way the packet took that came since the last question. */
    String ofLastAnswer() throws IOException {
        InterfaceReport before = report;
        report =
                StatusClient.report(before.name())
                        .orElseThrow(() -> new IOException("the engine ended"));
        return way(before, report, publicKey);
    }

    private PeerReport peer(InterfaceReport in) {
        return find(in, publicKey);
    }

    private static PeerReport find(InterfaceReport in, String publicKey) {
        return in.peers().stream()
                .filter(peer -> peer.publicKey().equals(publicKey))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the peer was removed"));
    }

    /**
     * Which session brought packets between two reports: the peer's own, or that of one who relays.
     * If both did, the path in use decides.
     */
    static String way(InterfaceReport before, InterfaceReport after, String publicKey) {
        PeerReport peer = find(after, publicKey);
        boolean direct = peer.rxPackets() > find(before, publicKey).rxPackets();
        if (!direct && peer.path().isRelayed()) {
            return words(peer);
        }
        // Others may have said something of their own; a lighthouse sees us at some address.
        Optional<PeerReport> relay =
                after.peers().stream()
                        .filter(other -> !other.publicKey().equals(publicKey))
                        .filter(other -> other.path().observed().isPresent())
                        .filter(other -> spoke(other, before))
                        .findFirst();
        if (direct == relay.isPresent()) {
            return words(peer);
        }
        return direct
                ? "direct" + endpoint(peer)
                : "relay via " + relay.map(it -> it.name().orElse(it.publicKey())).orElseThrow();
    }

    private static boolean spoke(PeerReport peer, InterfaceReport before) {
        return before.peers().stream()
                .anyMatch(
                        old ->
                                old.publicKey().equals(peer.publicKey())
                                        && old.rxPackets() < peer.rxPackets());
    }

    private static String endpoint(PeerReport peer) {
        return peer.endpoint().map(at -> " " + at).orElse("");
    }

    private static String words(PeerReport peer) {
        return peer.path().text() + (peer.path().isRelayed() ? "" : endpoint(peer));
    }
}
