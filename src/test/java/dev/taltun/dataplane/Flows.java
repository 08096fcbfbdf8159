package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares packets that went in with those that came out, flow by flow. */
final class Flows {
    private Flows() {}

    /**
     * Asserts that every flow's packets came out as they went in, in order. A packet of no flow
     * (fragment, options, other protocol) keeps its place among the packets between its hosts.
     */
    static void assertSame(List<byte[]> in, List<byte[]> out) {
        assertEquals("", difference(in, out), "lost, and come from nowhere");
        Set<String> flows = new LinkedHashSet<>();
        in.forEach(packet -> flows.add(flow(packet)));
        for (String flow : flows) {
            List<String> expected = select(in, flow);
            List<String> actual = select(out, flow);
            int common = Math.min(expected.size(), actual.size());
            for (int i = 0; i < common; i++) {
                String at = "flow " + flow + ", packet " + i + " of " + expected.size();
                assertEquals(expected.get(i), actual.get(i), at);
            }
            assertEquals(expected.size(), actual.size(), "packets of flow " + flow);
        }
    }

    /** Asserts that the packets that came out are those that went in. */
    static void assertSameInAnyOrder(List<byte[]> in, List<byte[]> out) {
        assertEquals("", difference(in, out), "lost, and come from nowhere");
    }

    /** Packets that are in only one of both lists, a few of them. */
    private static String difference(List<byte[]> in, List<byte[]> out) {
        Map<String, Integer> surplus = new LinkedHashMap<>();
        in.forEach(packet -> surplus.merge(canonical(packet), 1, Integer::sum));
        out.forEach(packet -> surplus.merge(canonical(packet), -1, Integer::sum));
        surplus.values().removeIf(count -> count == 0);
        return surplus.entrySet().stream()
                .limit(10)
                .map(entry -> (entry.getValue() > 0 ? "\n- " : "\n+ ") + entry.getKey())
                .collect(Collectors.joining());
    }

    private static List<String> select(List<byte[]> packets, String flow) {
        List<String> selected = new ArrayList<>();
        for (byte[] packet : packets) {
            String key = flow(packet);
            boolean wanted = key.equals(flow);
            boolean between = isPlain(packet) ? false : flow.startsWith(key);
            if (wanted || between) {
                selected.add(canonical(packet));
            }
        }
        return selected;
    }

    private static int protocol(byte[] packet) {
        return Model.isIpv6(packet) ? packet[6] : packet[9];
    }

    private static boolean isPlain(byte[] packet) {
        int protocol = protocol(packet);
        boolean plainIp =
                Model.isIpv6(packet) || packet[0] == 0x45 && (Model.get16(packet, 6) & 0x3fff) == 0;
        return plainIp && (protocol == Packet.TCP || protocol == Packet.UDP);
    }

    /** Addresses, and the ports where there are such. */
    static String flow(byte[] packet) {
        boolean ipv6 = Model.isIpv6(packet);
        HexFormat hex = HexFormat.of();
        String hosts = hex.formatHex(packet, ipv6 ? 8 : 12, ipv6 ? 40 : 20);
        if (!isPlain(packet)) {
            return hosts;
        }
        int transport = ipv6 ? 40 : 20;
        String ports = hex.formatHex(packet, transport, transport + 4);
        return hosts + "/" + protocol(packet) + "/" + ports;
    }

    /** The packet without what a tunnel may change, its checksums verified. */
    static String canonical(byte[] packet) {
        byte[] copy = packet.clone();
        assertTrue(Model.ipValid(packet), () -> "IP checksum of " + hex(packet));
        if (!Model.isIpv6(copy) && (Model.get16(copy, 6) & Packet.DF) != 0) {
            // Of a packet that is never fragmented the id means nothing (RFC 6864).
            Model.put16(copy, 4, 0);
            Model.put16(copy, 10, 0);
        }
        if (isPlain(packet)) {
            int transport = Model.isIpv6(copy) ? 40 : 20;
            int protocol = protocol(packet);
            int field = Model.checksumField(transport, protocol);
            boolean none = protocol == Packet.UDP && Model.get16(copy, field) == 0;
            boolean whole =
                    protocol == Packet.TCP
                            || Model.get16(copy, transport + 4) == copy.length - transport;
            if (!none && whole) {
                assertTrue(
                        Model.transportValid(packet, transport, protocol),
                        () -> "checksum of " + hex(packet));
                Model.put16(copy, field, 0);
            }
        }
        return hex(copy);
    }

    private static String hex(byte[] packet) {
        return HexFormat.of().formatHex(packet, 0, Math.min(80, packet.length))
                + " length "
                + packet.length
                + " hash "
                + Arrays.hashCode(packet);
    }
}
