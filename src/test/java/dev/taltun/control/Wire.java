package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.testing.ManualClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The network between nodes of one test: delivers, delays, loses, repeats and reorders datagrams,
 * and writes down what was sent.
 */
final class Wire {
    /** One datagram; the bytes are not changed once sent. */
    record Datagram(long at, Node from, Endpoint source, Endpoint to, byte[] bytes) {
        int type() {
            return bytes[0];
        }

        int length() {
            return bytes.length;
        }
    }

    private record Flight(long arrival, long order, Datagram datagram) {}

    private final ManualClock clock;
    private final Random random;
    private final Map<String, Node> nodes = new HashMap<>();
    private final PriorityQueue<Flight> flying =
            new PriorityQueue<>(
                    (a, b) ->
                            a.arrival != b.arrival
                                    ? Long.compare(a.arrival, b.arrival)
                                    : Long.compare(a.order, b.order));
    private long order;

    /** Everything sent, lost or not. */
    final List<Datagram> log = new ArrayList<>();

    /** What gets lost, beside what chance loses. */
    Predicate<Datagram> drop = datagram -> false;

    /** What a NAT makes of the source of each datagram. */
    UnaryOperator<Endpoint> translate = source -> source;

    double loss;
    double repeat;
    long delay = Lab.MILLI;
    long jitter;

    Wire(ManualClock clock, Random random) {
        this.clock = clock;
        this.random = random;
    }

    static String key(Endpoint endpoint) {
        return endpoint.withoutLocal().toString();
    }

    void attach(Endpoint address, Node node) {
        nodes.put(key(address), node);
    }

    void detach(Endpoint address) {
        nodes.remove(key(address));
    }

    void send(Datagram datagram) {
        log.add(datagram);
        if (drop.test(datagram) || random.nextDouble() < loss) {
            return;
        }
        fly(datagram);
        if (random.nextDouble() < repeat) {
            fly(datagram);
        }
    }

    private void fly(Datagram datagram) {
        long extra = jitter == 0 ? 0 : random.nextLong(jitter);
        flying.add(new Flight(clock.nanoTime() + delay + extra, order++, datagram));
    }

    /** Hands out what has arrived; true if there was something. */
    boolean deliver() {
        boolean any = false;
        while (!flying.isEmpty() && flying.peek().arrival <= clock.nanoTime()) {
            Datagram datagram = flying.remove().datagram;
            Node node = nodes.get(key(datagram.to));
            if (node != null) {
                node.arrives(datagram.bytes, translate.apply(datagram.source), datagram.to);
                any = true;
            }
        }
        return any;
    }

    /** What a node sent of one message type. */
    List<Datagram> sent(Node from, int type) {
        return log.stream().filter(d -> d.from == from && d.type() == type).toList();
    }
}
