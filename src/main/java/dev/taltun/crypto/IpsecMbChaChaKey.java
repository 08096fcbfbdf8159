package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;

/** A ChaCha20-Poly1305 key of {@link IpsecMbProvider}: the 32 bytes themselves. */
final class IpsecMbChaChaKey implements AeadKey {
    private final KeyMemory key;
    private final long keyAddress;
    private final IpsecMbLane[] lanes;

    IpsecMbChaChaKey(byte[] key, IpsecMbLane[] lanes) {
        this.key = KeyMemory.of(key);
        this.keyAddress = this.key.address();
        this.lanes = lanes;
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
        if (key.isWiped()) {
            throw Packets.closed();
        }
        long in = Packets.address(src, srcOff, len);
        long out = Packets.address(dst, dstOff, len + TAG_BYTES);
        lanes[lane].sealChaCha(keyAddress, counter, in, out, len);
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
        if (length < 0 || key.isWiped()) {
            return false;
        }
        long in = Packets.address(src, srcOff, len);
        long out = Packets.address(dst, dstOff, length);
        return lanes[lane].openChaCha(keyAddress, counter, in, out, length, src, srcOff + length);
    }

    @Override
    public void close() {
        key.wipe();
    }

    KeyMemory memory() {
        return key;
    }
}
