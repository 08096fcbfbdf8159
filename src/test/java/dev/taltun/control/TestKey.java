package dev.taltun.control;

import dev.taltun.crypto.AeadKey;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/** A transport key that is slow, needs no library, and tells whether it was wiped. */
final class TestKey implements AeadKey {
    private static final byte[] NO_AAD = {};

    private final CipherSuite suite;
    private final byte[] key;
    boolean closed;

    TestKey(CipherSuite suite, byte[] key) {
        this.suite = suite;
        this.key = key.clone();
    }

    @Override
    public void seal(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len) {
        if (closed) {
            throw new IllegalStateException("sealed with a wiped key");
        }
        byte[] plain = new byte[len];
        MemorySegment.copy(src, Layouts.BYTE, srcOff, plain, 0, len);
        byte[] sealed = HandshakeAead.seal(suite, key, counter, plain, NO_AAD);
        MemorySegment.copy(sealed, 0, dst, Layouts.BYTE, dstOff, sealed.length);
    }

    @Override
    public boolean open(
            int lane,
            long counter,
            MemorySegment src,
            long srcOff,
            MemorySegment dst,
            long dstOff,
            int len) {
        if (closed) {
            throw new IllegalStateException("opened with a wiped key");
        }
        byte[] sealed = new byte[len];
        MemorySegment.copy(src, Layouts.BYTE, srcOff, sealed, 0, len);
        byte[] plain = HandshakeAead.open(suite, key, counter, sealed, NO_AAD);
        if (plain == null) {
            return false;
        }
        MemorySegment.copy(plain, 0, dst, Layouts.BYTE, dstOff, plain.length);
        return true;
    }

    @Override
    public void close() {
        closed = true;
    }
}
