package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Checks what somebody marked with a cookie that belongs to his address (WireGuard paper, section
 * 5.4.7), in place and without allocation:
 *
 * <pre>
 *   cookie = keyed BLAKE2s (secret, address 16 | port 2, big-endian), 16 bytes
 *   mark   = keyed BLAKE2s (cookie, message), 16 bytes
 * </pre>
 *
 * <p>Nothing of secret and cookie is left in the Java heap. Belongs to one thread.
 */
public final class Blake2sCookie {
    /** Length in bytes of the cookie and of the mark. */
    public static final int BYTES = 16;

    private static final int BLOCK_BYTES = Blake2sState.BLOCK_BYTES;
    private static final int SOURCE_BYTES = 18;

    private final int[] h = new int[8];
    private final int[] m = new int[BLOCK_BYTES / Integer.BYTES];

    /**
     * Whether 16 bytes are the mark of a message by the holder of the cookie. Takes the same time
     * whatever they are.
     *
     * @param secret 32 bytes
     * @param high upper 64 bits of the address
     * @param low lower 64 bits of the address
     * @param length of the message, at least 1
     * @param mark where the 16 bytes are, in the same segment
     */
    public boolean verify(
            MemorySegment secret,
            long high,
            long low,
            int port,
            MemorySegment segment,
            long offset,
            int length,
            long mark) {
        Blake2sState.begin(h, SecretKey.BYTES, BYTES);
        Blake2sState.load(m, secret, 0, SecretKey.BYTES);
        Blake2sState.compress(h, m, BLOCK_BYTES, false);
        Arrays.fill(m, 0);
        m[0] = Integer.reverseBytes((int) (high >>> Integer.SIZE));
        m[1] = Integer.reverseBytes((int) high);
        m[2] = Integer.reverseBytes((int) (low >>> Integer.SIZE));
        m[3] = Integer.reverseBytes((int) low);
        m[4] = Integer.reverseBytes(port << Short.SIZE);
        Blake2sState.compress(h, m, BLOCK_BYTES + SOURCE_BYTES, true);
        Arrays.fill(m, 0);
        System.arraycopy(h, 0, m, 0, BYTES / Integer.BYTES);
        Blake2sState.begin(h, BYTES, BYTES);
        Blake2sState.compress(h, m, BLOCK_BYTES, false);
        Blake2sState.finish(h, m, segment, offset, length);
        boolean equal = Blake2sState.equal16(h, segment, mark);
        Arrays.fill(h, 0);
        Arrays.fill(m, 0);
        return equal;
    }
}
