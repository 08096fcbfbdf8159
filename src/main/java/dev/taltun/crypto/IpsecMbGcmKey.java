package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;

/**
 * An AES-256-GCM key of {@link IpsecMbProvider}: the expanded key and the powers of the hash key.
 */
final class IpsecMbGcmKey implements AeadKey {
    private final KeyMemory key;
    private final long keyAddress;
    private final IpsecMbLane[] lanes;

    IpsecMbGcmKey(IpsecMb library, byte[] key, IpsecMbLane[] lanes) {
        this.key = new KeyMemory(IpsecMb.GCM_KEY_BYTES, IpsecMb.ALIGNMENT);
        this.keyAddress = this.key.address();
        this.lanes = lanes;
        KeyMemory plain = KeyMemory.of(key);
        library.prepareGcm(plain.address(), keyAddress);
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
        if (key.isWiped()) {
            throw Packets.closed();
        }
        long in = Packets.address(src, srcOff, len);
        long out = Packets.address(dst, dstOff, len + TAG_BYTES);
        lanes[lane].sealGcm(keyAddress, counter, in, out, len);
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
        return lanes[lane].openGcm(keyAddress, counter, in, out, length, src, srcOff + length);
    }

    @Override
    public void close() {
        key.wipe();
    }

    KeyMemory memory() {
        return key;
    }
}
