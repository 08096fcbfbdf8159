package dev.taltun.cli;

import dev.taltun.api.PathReport;
import dev.taltun.api.PeerReport;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What several lighthouses see of one node, and what follows from it, in words (RFC 4787).
 *
 * @param lighthouses as the engine tells of them
 * @param port that the engine listens on
 * @param own addresses of this machine
 */
record NetworkView(List<PeerReport> lighthouses, int port, List<InetAddress> own) {
    private static final String IPV6_MARK = "[";

    /** Silence after which a lighthouse counts as unreachable. */
    private static final long SILENT_MILLIS = 3000;

    /** What two lighthouses saw further apart may be of two networks. */
    private static final long TOGETHER_MILLIS = 15_000;

    boolean anyAnswered() {
        return lighthouses.stream().anyMatch(NetworkView::answers);
    }

    private static boolean answers(PeerReport peer) {
        return peer.receivedMillisAgo().isPresent() && peer.unansweredMillis() < SILENT_MILLIS;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lighthouses.forEach(peer -> lines.add(line(peer)));
        lines.add("mapping:    " + mapping());
        lines.add("filtering:  " + filtering());
        lines.add("IPv6:       " + ipv6());
        return lines;
    }

    private static String line(PeerReport peer) {
        String name =
                "lighthouse: " + peer.name().orElse("-") + " " + peer.endpoint().orElse("nowhere");
        String sight =
                peer.path().observed().map(at -> ", " + StatusTable.sight(peer.path())).orElse("");
        if (!answers(peer)) {
            return name + ", does not answer" + (sight.isEmpty() ? "" : " any more" + sight);
        }
        String rtt =
                peer.path().rttMicros().isPresent()
                        ? StatusTable.rtt(peer.path().rttMicros().getAsLong())
                        : "not measured yet";
        return name + ", round trip " + rtt + sight;
    }

    /**
     * What those that answer see of IPv4 and can be compared: at about the same time as the latest
     * that says so, and of the same address of ours. A machine with two lines has two faces.
     */
    private List<PathReport> sights() {
        List<PathReport> all =
                lighthouses.stream()
                        .filter(NetworkView::answers)
                        .map(PeerReport::path)
                        .filter(path -> path.observed().isPresent())
                        .filter(path -> !path.observed().get().startsWith(IPV6_MARK))
                        .sorted(Comparator.comparingLong(NetworkView::age))
                        .toList();
        return all.stream()
                .filter(path -> age(path) - age(all.getFirst()) <= TOGETHER_MILLIS)
                .filter(path -> path.observedFrom().equals(all.getFirst().observedFrom()))
                .toList();
    }

    private static long age(PathReport path) {
        return path.observedMillisAgo().orElse(0);
    }

    private String mapping() {
        List<PathReport> sights = sights();
        Set<String> seen = new TreeSet<>();
        sights.forEach(path -> seen.add(path.observed().orElseThrow()));
        if (seen.isEmpty()) {
            return "unknown: no lighthouse says over IPv4 where it sees us";
        }
        if (seen.size() > 1) {
            return "another port for every destination (" + String.join(", ", seen) + ")";
        }
        String at = seen.iterator().next();
        String address = at.substring(0, at.lastIndexOf(':'));
        if (own.stream().anyMatch(mine -> mine.getHostAddress().equals(address))) {
            return "none: " + at + " is an address of this machine";
        }
        String kept = at.endsWith(":" + port) ? "port kept" : "another port than " + port;
        return sights.size() < 2
                ? "NAT, " + kept + "; whether for all destinations two lighthouses could tell"
                : "NAT with one port for all destinations, " + kept + " (" + at + ")";
    }

    /**
     * What one lighthouse sees to arrive is proof; that nothing does may be the network's fault. Of
     * IPv4, as the mapping, unless there is none: IPv6 has another filter.
     */
    private String filtering() {
        return filtering(peer -> !isOverIpv6(peer))
                .or(() -> filtering(NetworkView::isOverIpv6))
                .orElse("unknown: no lighthouse has found out yet");
    }

    private Optional<String> filtering(Predicate<PeerReport> which) {
        List<String> all =
                lighthouses.stream()
                        .filter(NetworkView::answers)
                        .filter(which)
                        .map(peer -> peer.path().filtering())
                        .flatMap(Optional::stream)
                        .toList();
        return all.stream()
                .filter(words -> words.startsWith("not"))
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    private static boolean isOverIpv6(PeerReport peer) {
        return peer.endpoint().filter(at -> at.startsWith(IPV6_MARK)).isPresent();
    }

    private String ipv6() {
        List<String> global =
                own.stream()
                        .filter(Inet6Address.class::isInstance)
                        .filter(address -> !isUniqueLocal(address))
                        .map(NetworkView::text)
                        .toList();
        boolean used =
                lighthouses.stream().filter(NetworkView::answers).anyMatch(NetworkView::isOverIpv6);
        if (global.isEmpty()) {
            return "none";
        }
        return String.join(", ", global)
                + (used ? "; a lighthouse answers over it" : "; no lighthouse was reached over it");
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /** RFC 4193: fc00::/7. */
    private static boolean isUniqueLocal(InetAddress address) {
        return (address.getAddress()[0] & 0xfe) == 0xfc;
    }
}
