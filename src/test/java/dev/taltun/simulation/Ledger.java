package dev.taltun.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Every inner packet that was sent, and what became of it. A packet that comes out of a tunnel was
 * sent to that node by the one it says it is from, arrives as it was sent, and once.
 */
final class Ledger {
    private static final int NUMBER_BYTES = Long.BYTES;

    /** One packet that is under way, or lost. */
    record Sent(long number, long at, InnerPacket packet) {}

    private final SimClock clock;
    private final Random random;
    private final Trace trace;
    private final Map<Long, Sent> underWay = new HashMap<>();
    private final Map<Long, Sent> writtenOff = new HashMap<>();
    private final BitSet delivered = new BitSet();
    private final Map<String, Integer> deliveredByPair = new TreeMap<>();
    private long sent;
    private long deliveries;
    private long lastDeliveryAt;
    private long slowest;

    Ledger(SimClock clock, Random random, Trace trace) {
        this.clock = clock;
        this.random = random;
        this.trace = trace;
    }

    /** Writes a new packet down, to be sent now. */
    InnerPacket send(int from, int to, boolean ipv6, int payloadBytes) {
        byte[] payload = new byte[Math.max(NUMBER_BYTES, payloadBytes)];
        random.nextBytes(payload);
        long number = sent++;
        ByteBuffer.wrap(payload).putLong(number);
        InnerPacket packet = new InnerPacket(ipv6, from, to, payload);
        underWay.put(number, new Sent(number, clock.nanoTime(), packet));
        return packet;
    }

    /** A packet came out at a node. */
    void deliver(String node, int atNode, InnerPacket packet) {
        byte[] payload = packet.payload();
        if (payload.length < NUMBER_BYTES) {
            throw new AssertionError(node + " got a packet that nobody sent: too short");
        }
        long number = ByteBuffer.wrap(payload).getLong();
        if (number >= 0 && number < sent && delivered.get((int) number)) {
            throw new AssertionError(node + " got packet " + number + " twice");
        }
        Sent original = underWay.remove(number);
        if (original == null) {
            original = writtenOff.remove(number);
        }
        if (original == null
                || original.packet.ipv6() != packet.ipv6()
                || original.packet.source() != packet.source()
                || original.packet.destination() != packet.destination()
                || !Arrays.equals(original.packet.payload(), payload)) {
            throw new AssertionError(
                    node + " got a packet that nobody sent: " + number + ", was " + original);
        }
        if (packet.destination() != atNode) {
            throw new AssertionError(node + " got a packet to node " + packet.destination());
        }
        delivered.set((int) number);
        deliveries++;
        lastDeliveryAt = clock.nanoTime();
        slowest = Math.max(slowest, lastDeliveryAt - original.at());
        deliveredByPair.merge(packet.source() + ">" + packet.destination(), 1, Integer::sum);
        trace.add(node, "got packet " + number);
    }

    long sent() {
        return sent;
    }

    long delivered() {
        return deliveries;
    }

    long delivered(SimNode from, SimNode to) {
        return deliveredByPair.getOrDefault(from.number() + ">" + to.number(), 0);
    }

    /** Packets that have not come, and perhaps never will. */
    long missing() {
        return underWay.size();
    }

    long missing(Predicate<Sent> which) {
        return underWay.values().stream().filter(which).count();
    }

    boolean has(long number) {
        return delivered.get((int) number);
    }

    /** The longest that a packet was under way, in nanoseconds. */
    long slowest() {
        return slowest;
    }

    /** When the last packet came. */
    long lastDeliveryAt() {
        return lastDeliveryAt;
    }

    /** Misses nothing any more of what was sent so far; it may still come. */
    void writeOff() {
        writtenOff.putAll(underWay);
        underWay.clear();
    }

    /** Packets that have not come, whether a test misses them or not. */
    long neverDelivered() {
        return sent - deliveries;
    }

    /** What is missing, for a message. */
    String missingText() {
        StringBuilder text = new StringBuilder();
        underWay.values().stream()
                .sorted((a, b) -> Long.compare(a.number, b.number))
                .limit(20)
                .forEach(
                        lost ->
                                text.append(
                                        " %d (%d>%d at %.6f s)"
                                                .formatted(
                                                        lost.number,
                                                        lost.packet.source(),
                                                        lost.packet.destination(),
                                                        (lost.at - SimClock.ORIGIN)
                                                                / (double) SimClock.SECOND)));
        return underWay.size() + " of " + sent + ":" + text;
    }
}
