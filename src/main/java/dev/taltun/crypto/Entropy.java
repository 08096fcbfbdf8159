package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Random bytes from the kernel, by getrandom(2). Any thread.
 *
 * <p>Not {@code SecureRandom}: it reads the same kernel pool through a copy in the Java heap, and
 * loading the security providers would be a tenth of the time the engine may take to start.
 */
public final class Entropy {
    /** The kernel serves requests of up to 256 bytes whole, never interrupted by a signal. */
    private static final int CHUNK_BYTES = 256;

    private static final long NO_FLAGS = 0;

    private static final MemorySegment GETRANDOM = find();

    private Entropy() {}

    /** Fills the array with random bytes fit for keys. */
    public static void fill(byte[] out) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK_BYTES);
            for (int done = 0; done < out.length; done += CHUNK_BYTES) {
                int length = Math.min(CHUNK_BYTES, out.length - done);
                if (NativeCall.call(GETRANDOM, chunk.address(), length, NO_FLAGS) != length) {
                    throw new IllegalStateException(
                            "getrandom(2) failed: no source of random keys");
                }
                MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, out, done, length);
            }
            chunk.fill((byte) 0);
        }
    }

    private static MemorySegment find() {
        return Linker.nativeLinker()
                .defaultLookup()
                .find("getrandom")
                .orElseThrow(() -> new IllegalStateException("this libc has no getrandom(2)"));
    }
}
