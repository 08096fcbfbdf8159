package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;

/**
 * Checks many messages against one key: keyed BLAKE2s (RFC 7693) of 16 bytes of output, in place
 * and without allocation, for what packet threads must do to messages of anybody.
 *
 * <p>The block that holds the key is the same each time, so it is hashed once, here. What comes of
 * it stays in the Java heap: for keys that are no secret only. Belongs to one thread.
 */
public final class Blake2sMac {
    /** Length in bytes of the output. */
    public static final int BYTES = 16;

    private static final int BLOCK_WORDS = Blake2sState.BLOCK_BYTES / Integer.BYTES;

    private final int[] begun;
    private final int[] h;
    private final int[] m = new int[BLOCK_WORDS];

    /**
     * @param key 1 to 32 bytes; copied
     */
    public Blake2sMac(byte[] key) {
        begun = Blake2sState.keyed(key, BYTES);
        h = new int[begun.length];
    }

    /**
     * Whether 16 bytes are the MAC of others. Takes the same time whatever they hold.
     *
     * @param offset where the message is
     * @param length of the message, at least 1
     * @param mac where the 16 bytes are, in the same segment
     */
    public boolean verify(MemorySegment segment, long offset, int length, long mac) {
        System.arraycopy(begun, 0, h, 0, h.length);
        Blake2sState.finish(h, m, segment, offset, length);
        return Blake2sState.equal16(h, segment, mac);
    }
}
