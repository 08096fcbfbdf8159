package dev.taltun.control;

import dev.taltun.agent.Clock;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.KeyFactory;
import dev.taltun.noise.RandomSource;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.peer.IndexTable;
import dev.taltun.protocol.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What all peers' controllers share. Control agent's thread. */
final class ControlContext {
    /** The longest frame is {@code Query}, 1200; and the room for padding that sealing borrows. */
    private static final int FRAME_BYTES = 1280;

    private static final long MILLIS_PER_SECOND = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    final Clock clock;
    StaticIdentity identity;
    final IndexTable indices;
    final PacketSealer sealer;
    final KeyFactory keys;
    final RandomSource random;
    final Counters.Block counters;
    final ControlListener listener;
    final NameResolver resolver;
    final Outbox outbox;
    final SessionGraveyard graveyard;
    final TimerWheel wheel;
    final StagedPackets.Total stagedTotal;

    /** Brings work from other threads to the control agent's. */
    final Consumer<Runnable> handOver;

    /** Where what is sent is written before it is sealed or copied: shared by all peers. */
    final MemorySegment frame = Arena.ofAuto().allocate(FRAME_BYTES, 16);

    final Paths paths;

    private final SplittableRandom jitter;

    ControlContext(ControlAgent.Parts parts, Consumer<Runnable> handOver) {
        clock = parts.clock();
        identity = parts.identity();
        indices = parts.indices();
        sealer = parts.sealer();
        keys = parts.keys();
        random = parts.random();
        counters = parts.counters();
        listener = parts.listener();
        resolver = parts.resolver();
        outbox = new Outbox(parts.outlet(), counters);
        graveyard = new SessionGraveyard(indices, parts.quiescence());
        wheel = new TimerWheel(clock.nanoTime());
        stagedTotal = new StagedPackets.Total(parts.stagedPackets());
        this.handOver = handOver;
        jitter = new SplittableRandom(randomLong());
        paths = new Paths(parts.paths(), randomLong());
    }

    /** A number that nobody outside can foresee. */
    final long randomLong() {
        byte[] bytes = new byte[Long.BYTES];
        random.fill(bytes);
        return ByteBuffer.wrap(bytes).getLong();
    }

    /** A random time, so that two ends that do the same do not do it at the same moment. */
    long jitter() {
        return upTo(Limits.REKEY_TIMEOUT_JITTER_MAX_NANOS);
    }

    /** A random time from 0 to this. */
    long upTo(long nanos) {
        return jitter.nextLong(nanos + 1);
    }

    /** The wall clock as handshakes carry it. */
    Tai64n timestamp() {
        long millis = clock.epochMillis();
        return Tai64n.of(
                Math.floorDiv(millis, MILLIS_PER_SECOND),
                (int) Math.floorMod(millis, MILLIS_PER_SECOND) * NANOS_PER_MILLI);
    }
}
