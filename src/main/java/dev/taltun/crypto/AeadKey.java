package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;

/**
 * One direction of one session: key material ready for use, off-heap, wiped by {@link #close()}.
 *
 * <p>A lane is one thread's scratch: two threads never use one lane of one provider at a time.
 * Different lanes of one key work in parallel. The nonce is four zero bytes and the counter,
 * little-endian, for both suites (WireGuard paper, section 5.4.6); there is no additional data.
 * Segments are native memory; source and destination are the same place or disjoint. No call
 * allocates.
 */
public interface AeadKey extends AutoCloseable {
    /** Length in bytes of the tag after each ciphertext. */
    int TAG_BYTES = 16;

    /**
     * Seals {@code len} bytes of plaintext at {@code src+srcOff} into {@code len} bytes of
     * ciphertext and 16 bytes of tag at {@code dst+dstOff}.
     *
     * @throws IllegalStateException if the key was closed: never send what an empty key sealed
     */
    void seal(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len);

    /**
     * Opens {@code len} bytes (ciphertext and tag) at {@code src+srcOff} into {@code len - 16}
     * bytes at {@code dst+dstOff}. Never throws for what the bytes hold.
     *
     * @return true if authentic; if not, the destination holds garbage. False for {@code len < 16}
     *     and for a closed key
     */
    boolean open(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len);

    /**
     * Wipes the key and frees its native memory. Only when no lane can be inside a call any more;
     * closing again does nothing.
     */
    @Override
    void close();
}
