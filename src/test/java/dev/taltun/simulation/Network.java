package dev.taltun.simulation;

import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The network between nodes: delivers datagrams, or loses, repeats, delays, damages them. */
final class Network {
    /** Where somebody can be reached. */
    private record Address(long high, long low, int port) {
        static Address of(Endpoint endpoint) {
            return new Address(endpoint.high(), endpoint.low(), endpoint.port());
        }
    }

    /**
     * One datagram as its sender sent it.
     *
     * @param from null for one that a test injected
     */
    record Datagram(
            long number, long at, SimSocket from, Endpoint source, Endpoint to, byte[] bytes) {
        int type() {
            return bytes.length == 0 ? 0 : bytes[0];
        }

        int length() {
            return bytes.length;
        }

        String describe() {
            String kind =
                    switch (type()) {
                        case 1 -> "initiation";
                        case 2 -> "response";
                        case 3 -> "cookie";
                        case 4 -> bytes.length == 32 ? "keepalive" : "data";
                        default -> "noise";
                    };
            return "#" + number + " " + kind + " " + bytes.length + " B";
        }
    }

    /** What the network does to datagrams: chances from 0 to 1, times in nanoseconds. */
    static final class Conditions {
        double loss;
        double duplicate;
        double corrupt;
        double truncate;
        long delay = 20 * SimClock.MILLI;
        long jitter;

        Conditions loss(double chance) {
            loss = chance;
            return this;
        }

        Conditions duplicate(double chance) {
            duplicate = chance;
            return this;
        }

        Conditions corrupt(double chance) {
            corrupt = chance;
            return this;
        }

        Conditions truncate(double chance) {
            truncate = chance;
            return this;
        }

        Conditions delayMillis(double millis) {
            delay = (long) (millis * SimClock.MILLI);
            return this;
        }

        /** Up to this much more delay, different for each datagram: reorders them. */
        Conditions jitterMillis(double millis) {
            jitter = (long) (millis * SimClock.MILLI);
            return this;
        }
    }

    private record Flight(long arrival, long order, Datagram sent, byte[] bytes, boolean damaged) {}

    private final SimClock clock;
    private final Random random;
    private final Trace trace;
    private final WireRules rules;
    private final Map<Address, SimSocket> sockets = new HashMap<>();
    private final Map<String, Conditions> special = new HashMap<>();
    private final PriorityQueue<Flight> flying =
            new PriorityQueue<>(
                    (a, b) ->
                            a.arrival != b.arrival
                                    ? Long.compare(a.arrival, b.arrival)
                                    : Long.compare(a.order, b.order));
    private Conditions conditions = new Conditions();
    private Predicate<Datagram> cut = datagram -> false;
    private Consumer<Datagram> tap = datagram -> {};
    private List<Datagram> recording;
    private long number;
    private long order;
    private long lost;
    private long repeated;
    private long overtaken;
    private long damaged;
    private long lastArrival;
    private long dataLost;

    Network(SimClock clock, Random random, Trace trace, WireRules rules) {
        this.clock = clock;
        this.random = random;
        this.trace = trace;
        this.rules = rules;
    }

    /** What happens to every datagram from now on, but where something special is said. */
    Conditions conditions() {
        return conditions;
    }

    /** From now on nothing is lost, repeated, reordered or damaged; the delay stays. */
    void heal() {
        long delay = conditions.delay;
        conditions = new Conditions();
        conditions.delay = delay;
        special.clear();
        cut = datagram -> false;
    }

    /** What happens to datagrams of one node to another only. */
    Conditions conditions(SimNode from, SimNode to) {
        return special.computeIfAbsent(
                from.name() + ">" + to.name(),
                key -> {
                    Conditions own = new Conditions();
                    own.delay = conditions.delay;
                    return own;
                });
    }

    /** Which datagrams are lost, beside those that chance takes. */
    void cut(Predicate<Datagram> which) {
        cut = which;
    }

    /** Nothing gets through between two nodes, either way. */
    void cut(SimNode one, SimNode other) {
        cut(
                datagram ->
                        datagram.from != null
                                && (isBetween(datagram, one, other)
                                        || isBetween(datagram, other, one)));
    }

    private boolean isBetween(Datagram datagram, SimNode from, SimNode to) {
        return datagram.from == from.socket() && at(datagram.to) == to.socket();
    }

    /** Somebody looks at every datagram that is sent. */
    void tap(Consumer<Datagram> listener) {
        tap = listener;
    }

    /** From now on all datagrams are written down. */
    List<Datagram> record() {
        recording = new ArrayList<>();
        return recording;
    }

    void attach(Endpoint at, SimSocket socket) {
        SimSocket before = sockets.put(Address.of(at), socket);
        assert before == null : "two sockets at " + at;
    }

    void detach(Endpoint at) {
        sockets.remove(Address.of(at));
    }

    SimSocket at(Endpoint endpoint) {
        return sockets.get(Address.of(endpoint));
    }

    /** A socket sends. */
    void send(SimSocket from, Endpoint source, Endpoint to, byte[] bytes) {
        Datagram datagram = new Datagram(number++, clock.nanoTime(), from, source, to, bytes);
        rules.check(datagram);
        tap.accept(datagram);
        transmit(datagram);
    }

    /** A socket sends what routers drop before it is there; a NAT next to the sender sees it. */
    void sendInVain(SimSocket from, Endpoint source, Endpoint to, byte[] bytes) {
        Datagram datagram = new Datagram(number++, clock.nanoTime(), from, source, to, bytes);
        rules.check(datagram);
        tap.accept(datagram);
        lost++;
        say(datagram, at(to), ", too few hops");
    }

    /** Somebody sends a datagram that no engine sent, with whatever source. */
    void inject(Endpoint source, Endpoint to, byte[] bytes) {
        Datagram datagram = new Datagram(number++, clock.nanoTime(), null, source, to, bytes);
        fly(datagram, clock.nanoTime(), bytes.clone(), false);
    }

    private void transmit(Datagram datagram) {
        if (recording != null) {
            recording.add(datagram);
        }
        SimSocket receiver = at(datagram.to);
        Conditions here = conditionsFor(datagram.from, receiver);
        if (cut.test(datagram) || random.nextDouble() < here.loss) {
            lost++;
            loseData(datagram);
            say(datagram, receiver, ", lost");
            return;
        }
        say(datagram, receiver, "");
        fly(datagram, here);
        while (random.nextDouble() < here.duplicate) {
            repeated++;
            fly(datagram, here);
        }
    }

    private void loseData(Datagram datagram) {
        if (datagram.type() == 4) {
            dataLost++;
        }
    }

    /** Datagrams with data that were lost, damaged, or went where nobody was. */
    long dataLost() {
        return dataLost;
    }

    private Conditions conditionsFor(SimSocket from, SimSocket to) {
        if (special.isEmpty() || to == null) {
            return conditions;
        }
        return special.getOrDefault(from.name() + ">" + to.name(), conditions);
    }

    private void fly(Datagram datagram, Conditions here) {
        byte[] bytes = datagram.bytes.clone();
        boolean damage = false;
        if (random.nextDouble() < here.corrupt) {
            damage = true;
            for (int i = random.nextInt(3); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
        }
        if (random.nextDouble() < here.truncate) {
            damage = true;
            bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        long late = here.jitter == 0 ? 0 : random.nextLong(here.jitter);
        fly(datagram, clock.nanoTime() + here.delay + late, bytes, damage);
    }

    private void fly(Datagram datagram, long arrival, byte[] bytes, boolean damage) {
        if (damage) {
            damaged++;
        }
        if (arrival < lastArrival) {
            overtaken++;
        }
        lastArrival = Math.max(arrival, lastArrival);
        flying.add(new Flight(arrival, order++, datagram, bytes, damage));
    }

    /** What became of a datagram. */
    private record Sending(Datagram datagram, SimSocket receiver, String fate) {
        @Override
        public String toString() {
            String to = receiver == null ? "nobody at " + datagram.to : receiver.name();
            return "-> " + to + " " + datagram.describe() + fate;
        }
    }

    private void say(Datagram datagram, SimSocket receiver, String fate) {
        Sending sending = new Sending(datagram, receiver, fate);
        if (datagram.type() == 4) {
            trace.add(datagram.from.name(), sending);
        } else {
            trace.note(datagram.from.name(), sending);
        }
    }

    /** When the next datagram arrives, or {@link Long#MAX_VALUE}. */
    long nextArrival() {
        return flying.isEmpty() ? Long.MAX_VALUE : flying.peek().arrival;
    }

    /** Hands out what has arrived by now; true if there was something. */
    boolean deliver() {
        boolean any = false;
        while (!flying.isEmpty() && flying.peek().arrival <= clock.nanoTime()) {
            Flight flight = flying.remove();
            SimSocket socket = at(flight.sent.to);
            if (socket != null) {
                socket.arrive(flight.bytes, flight.sent.source);
                any = true;
                if (flight.damaged) {
                    loseData(flight.sent);
                    trace.add(socket.name(), "gets #" + flight.sent.number + " damaged");
                }
            } else {
                loseData(flight.sent);
            }
        }
        return any;
    }

    /** In numbers what the network has done. */
    String statistics() {
        return "%d sent, %d lost, %d repeated, %d overtaken, %d damaged"
                .formatted(number, lost, repeated, overtaken, damaged);
    }

    WireRules rules() {
        return rules;
    }

    long datagrams() {
        return number;
    }

    long lost() {
        return lost;
    }

    long overtaken() {
        return overtaken;
    }

    long repeated() {
        return repeated;
    }
}
