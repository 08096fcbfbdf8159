package dev.taltun.simulation;

import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One node's UDP socket, which behaves as Linux' does: it can be full, refuses a source address
 * that is not there, may refuse GSO runs, and merges datagrams (GRO). It may be behind a NAT, and
 * then others see another address than it has itself.
 */
final class SimSocket {
    private static final int GRO_DATAGRAMS = 64;

    private record Arrival(byte[] bytes, Endpoint source) {}

    private final Simulation simulation;
    private final Network network;
    private final Random random;
    private final String name;
    private final SimNode.Options options;
    private final List<ArrayDeque<Arrival>> shards = new ArrayList<>();

    /** What the node itself has; the local addresses of what arrives are of this. */
    private Endpoint own;

    /** What others see. */
    private Endpoint visible;

    /** What some see instead, as with a NAT that has another port for every destination. */
    private final Map<SimSocket, Endpoint> faces = new HashMap<>();

    private boolean offline;

    /** Where the kernel will not send to, with the reason, or null. */
    private Endpoint forbidden;

    private int forbiddenErrno;
    private long fullUntil;

    SimSocket(Simulation simulation, String name, SimNode.Options options, Endpoint own) {
        this.simulation = simulation;
        this.name = name;
        this.options = options;
        network = simulation.network();
        random = simulation.newRandom();
        for (int i = 0; i < options.workers; i++) {
            shards.add(new ArrayDeque<>());
        }
        open(own);
    }

    void open(Endpoint at) {
        own = at;
        visible = at;
        network.attach(at, this);
    }

    String name() {
        return name;
    }

    int mtu() {
        return options.mtu;
    }

    /** Where others reach it. */
    Endpoint visible() {
        return visible;
    }

    /** The node has another address from now on, and the old one no more. */
    void moveTo(Endpoint next) {
        network.detach(visible);
        open(next);
    }

    /** A NAT shows another address from now on, which the node itself does not know. */
    void rebindTo(Endpoint next) {
        network.detach(visible);
        visible = next;
        network.attach(next, this);
    }

    /** A NAT shows another address to this one. */
    void showTo(SimSocket other, Endpoint face) {
        faces.put(other, face);
        network.attach(face, this);
    }

    private Endpoint visibleTo(Endpoint other) {
        return faces.getOrDefault(network.at(other), visible);
    }

    /** Without a network every send fails. */
    void offline(boolean without) {
        offline = without;
        // The kernel refuses runs of packets, which count as one.
        simulation.notAccountable();
    }

    /** The kernel will not send to there from now on; null for everywhere again. */
    void forbid(Endpoint place, int errno) {
        forbidden = place;
        forbiddenErrno = errno;
        simulation.notAccountable();
    }

    void close() {
        network.detach(visible);
    }

    /** A datagram comes in. */
    void arrive(byte[] bytes, Endpoint source) {
        Endpoint seen =
                new Endpoint(source.high(), source.low(), source.port(), 0, own.high(), own.low());
        // As SO_REUSEPORT has it: one source always goes to the same socket.
        int shard = Math.floorMod(Long.hashCode(source.low() * 31 + source.port()), shards.size());
        shards.get(shard).add(new Arrival(bytes, seen));
    }

    boolean hasArrivals(int shard) {
        return !shards.get(shard).isEmpty();
    }

    boolean isFull() {
        return simulation.clock().nanoTime() < fullUntil;
    }

    UdpReceiver receiver(int shard) {
        return batch -> receive(shards.get(shard), batch);
    }

    private int receive(ArrayDeque<Arrival> arrivals, RxBatch batch) {
        batch.reset();
        while (batch.count() < batch.slots() && !arrivals.isEmpty()) {
            Arrival first = arrivals.remove();
            int size = first.bytes.length;
            long slot = batch.offset(batch.count());
            if (size > batch.slotBytes()) {
                copy(first.bytes, batch, slot, batch.slotBytes());
                batch.add(batch.slotBytes(), batch.slotBytes(), true, first.source);
                continue;
            }
            int length = copy(first.bytes, batch, slot, size);
            int merged = 1;
            int last = size;
            while (options.gro && merged < GRO_DATAGRAMS && last == size && size > 0) {
                Arrival next = arrivals.peek();
                if (next == null
                        || !next.source.equals(first.source)
                        || next.bytes.length > size
                        || next.bytes.length == 0
                        || length + next.bytes.length > batch.slotBytes()) {
                    break;
                }
                arrivals.remove();
                last = next.bytes.length;
                length += copy(next.bytes, batch, slot + length, last);
                merged++;
            }
            batch.add(length, merged == 1 ? length : size, false, first.source);
        }
        return batch.count();
    }

    private static int copy(byte[] bytes, RxBatch batch, long at, int length) {
        MemorySegment.copy(bytes, 0, batch.slab(), Layouts.BYTE, at, length);
        return length;
    }

    UdpSender sender() {
        return new Sender();
    }

    private final class Sender implements UdpSender {
        @Override
        public int send(TxBatch batch) {
            int done = 0;
            for (int i = batch.sent(); i < batch.messages(); i++) {
                int error = refusal(batch, i);
                if (error != 0) {
                    return done > 0 ? done : -error;
                }
                put(batch, i);
                done++;
            }
            return done;
        }

        @Override
        public int sendSingly(TxBatch batch) {
            put(batch, batch.sent());
            return batch.segments(batch.sent());
        }
    }

    private int refusal(TxBatch batch, int i) {
        long now = simulation.clock().nanoTime();
        if (now < fullUntil) {
            return Errno.EAGAIN;
        }
        if (random.nextDouble() < options.fullChance) {
            fullUntil = now + 1 + random.nextLong(2 * SimClock.MILLI);
            simulation.at(fullUntil, () -> {});
            return Errno.EAGAIN;
        }
        if (offline) {
            return Errno.ENETUNREACH;
        }
        Endpoint to = batch.destination(i);
        if (to.hasLocal() && (to.localHigh() != own.high() || to.localLow() != own.low())) {
            return to.isIpv4() ? Errno.EINVAL : Errno.EADDRNOTAVAIL;
        }
        if (forbidden != null && forbidden.sameRemote(to)) {
            return forbiddenErrno;
        }
        return batch.segments(i) > 1 ? options.gsoRefusal : 0;
    }

    private void put(TxBatch batch, int i) {
        int size = batch.segmentSize(i);
        for (int done = 0; done < batch.length(i); done += size) {
            byte[] bytes = new byte[Math.min(size, batch.length(i) - done)];
            MemorySegment.copy(
                    batch.slab(), Layouts.BYTE, batch.offset(i) + done, bytes, 0, bytes.length);
            Endpoint to = batch.destination(i);
            if (batch.hops(i) != 0) {
                network.sendInVain(this, visibleTo(to), to, bytes);
            } else {
                network.send(this, visibleTo(to), to, bytes);
            }
        }
    }
}
