package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** What the native providers check of a packet before they hand its address to a library. */
final class Packets {
    private Packets() {}

    /**
     * The address of {@code length} bytes at an offset of a native segment.
     *
     * @throws IndexOutOfBoundsException if they are not all inside: a library would overwrite
     *     whatever comes after
     */
    static long address(MemorySegment segment, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("packets live in native memory");
        }
        return segment.address() + offset;
    }

    /** Refuses keys that are not of 32 bytes. */
    static byte[] checkKey(byte[] key) {
        if (key.length != ChaCha20.KEY_BYTES) {
            throw new IllegalArgumentException("the AEADs take a key of 32 bytes");
        }
        return key;
    }

    /** The failure of sealing with a closed key. */
    static IllegalStateException closed() {
        return new IllegalStateException("the session key was closed");
    }
}
