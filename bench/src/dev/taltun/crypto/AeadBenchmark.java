package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One packet sealed in place, or opened, by each provider that this machine has. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AeadBenchmark {
    @Param({"ipsec-mb", "openssl", "jdk"})
    public String provider;

    @Param({"CHACHA20_POLY1305", "AES_256_GCM"})
    public CipherSuite suite;

    /** Bytes of the packet. */
    @Param({"64", "512", "1420"})
    public int bytes;

    private final Arena arena = Arena.ofShared();
    private AeadKey key;
    private MemorySegment packet;
    private MemorySegment sealed;
    private MemorySegment opened;
    private long counter;

    /** Names of the providers that can be used here. */
    public static List<String> available() {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, AeadProviders.Loader> one : AeadProviders.loaders().entrySet()) {
            try {
                AeadProviders.openAndTest(one.getValue());
            } catch (ProviderUnavailableException e) {
                System.out.println(one.getKey() + " is left out: " + e.getMessage());
                continue;
            }
            // The reference takes ten times as long as any other and carries no traffic.
            if (!one.getKey().equals(BouncyCastleProvider.NAME)) {
                names.add(one.getKey());
            }
        }
        return names;
    }

    @Setup
    public void prepare() throws ProviderUnavailableException {
        AeadProvider found = AeadProviders.openAndTest(AeadProviders.loaders().get(provider));
        key = found.newKey(suite, new byte[SecretKey.BYTES], 1);
        packet = arena.allocate(bytes + AeadKey.TAG_BYTES, 64);
        sealed = arena.allocate(bytes + AeadKey.TAG_BYTES, 64);
        opened = arena.allocate(bytes + AeadKey.TAG_BYTES, 64);
        key.seal(0, 0, packet, 0, sealed, 0, bytes);
    }

    @TearDown
    public void close() {
        key.close();
        arena.close();
    }

    @Benchmark
    public void seal() {
        key.seal(0, ++counter, packet, 0, packet, 0, bytes);
    }

    @Benchmark
    public boolean open() {
        return key.open(0, 0, sealed, 0, opened, 0, bytes + AeadKey.TAG_BYTES);
    }
}
