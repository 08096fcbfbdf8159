package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;

/** A key of {@link OpenSslProvider}: one context per lane; a packet brings only its nonce. */
final class OpenSslKey implements AeadKey {
    private final OpenSsl library;
    private final long[] contexts;
    private final OpenSslLane[] lanes;
    private volatile boolean closed;

    OpenSslKey(OpenSsl library, CipherSuite suite, byte[] key, int laneCount, OpenSslLane[] lanes) {
        this.library = library;
        this.lanes = lanes;
        contexts = new long[laneCount];
        KeyMemory plain = KeyMemory.of(key);
        for (int i = 0; i < laneCount; i++) {
            contexts[i] = library.newContext(suite, plain.address());
        }
        plain.wipe();
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
            throw Packets.closed();
        }
        long in = Packets.address(src, srcOff, len);
        long out = Packets.address(dst, dstOff, len + TAG_BYTES);
        if (!lanes[lane].seal(library, contexts[lane], counter, in, out, len)) {
            throw new IllegalStateException("OpenSSL refused to seal a packet");
        }
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
        int length = len - TAG_BYTES;
        if (length < 0 || closed) {
            return false;
        }
        long in = Packets.address(src, srcOff, len);
        long out = Packets.address(dst, dstOff, length);
        return lanes[lane].open(library, contexts[lane], counter, in, out, length);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            for (long context : contexts) {
                library.freeContext(context);
            }
        }
    }
}
