package dev.taltun.noise;

import dev.taltun.crypto.AeadProvider;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.crypto.SecretKey;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Complete handshakes, the work of both sides on one thread, until both have their session. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HandshakeBenchmark {
    @Param({"CHACHA20_POLY1305", "AES_256_GCM"})
    public CipherSuite suite;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment initiation = arena.allocate(HandshakeInitiation.BYTES, 64);
    private final MemorySegment response = arena.allocate(HandshakeResponse.BYTES, 64);
    private StaticIdentity responder;
    private Handshake here;
    private Handshake there;
    private Mac1Checker checker;
    private long now = 1;
    private long second = 1_700_000_000L;

    @Setup
    public void prepare() {
        AeadProvider provider = AeadProviders.discover(null, System::nanoTime).choose(suite);
        KeyFactory keys = (wanted, key) -> provider.newKey(wanted, key, 1);
        StaticIdentity initiator = identity();
        responder = identity();
        here = new Handshake(initiator, responder.publicKey(), null, keys, Entropy::fill);
        there = new Handshake(responder, initiator.publicKey(), null, keys, Entropy::fill);
        checker = new Mac1Checker(responder.publicKey());
    }

    private static StaticIdentity identity() {
        byte[] bytes = new byte[SecretKey.BYTES];
        Entropy.fill(bytes);
        return new StaticIdentity(SecretKey.copyOf(bytes));
    }

    @Benchmark
    public long handshake() {
        now += 2 * Limits.INITIATION_INTERVAL_MIN_NANOS;
        second++;
        here.createInitiation(suite, 1, Tai64n.of(second, 0), now, initiation, 0);
        if (!checker.check(initiation, 0, HandshakeInitiation.BYTES)) {
            throw new IllegalStateException("mac1 is wrong");
        }
        try (ReceivedInitiation received = ReceivedInitiation.open(responder, initiation, 0)) {
            if (there.accept(received, now) != InitiationVerdict.ACCEPTED) {
                throw new IllegalStateException("the initiation was refused");
            }
            Session answered = there.respond(received, 2, now, response, 0);
            Session complete = here.consumeResponse(response, 0, now);
            long indices = complete.remoteIndex() + answered.remoteIndex();
            complete.close();
            answered.close();
            return indices;
        }
    }
}
