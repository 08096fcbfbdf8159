package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.AEADCipher;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** A key of {@link BouncyCastleProvider}. Allocates a cipher per packet: simple before fast. */
final class BouncyCastleAeadKey implements AeadKey {
    private final CipherSuite suite;
    private final byte[] key;
    private final HeapLane[] lanes;
    private volatile boolean closed;

    BouncyCastleAeadKey(CipherSuite suite, byte[] key, HeapLane[] lanes) {
        this.suite = suite;
        this.key = Packets.checkKey(key).clone();
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
        if (closed) {
            throw Packets.closed();
        }
        HeapLane scratch = lanes[lane];
        scratch.load(src, srcOff, len, len + TAG_BYTES);
        if (!run(true, scratch, counter, len)) {
            throw new IllegalStateException("Bouncy Castle cannot seal with " + suite.text());
        }
        scratch.store(dst, dstOff, len + TAG_BYTES);
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
        if (closed || len < TAG_BYTES) {
            return false;
        }
        HeapLane scratch = lanes[lane];
        scratch.load(src, srcOff, len, len);
        if (!run(false, scratch, counter, len)) {
            return false;
        }
        scratch.store(dst, dstOff, len - TAG_BYTES);
        return true;
    }

    @Override
    public void close() {
        closed = true;
        ConstantTime.wipe(key);
    }

    private boolean run(boolean forSealing, HeapLane scratch, long counter, int length) {
        AEADCipher cipher =
                switch (suite) {
                    case CHACHA20_POLY1305 -> new ChaCha20Poly1305();
                    case AES_256_GCM -> GCMBlockCipher.newInstance(AESEngine.newInstance());
                };
        cipher.init(
                forSealing,
                new AEADParameters(
                        new KeyParameter(key), TAG_BYTES * Byte.SIZE, scratch.nonce(counter)));
        int done = cipher.processBytes(scratch.in, 0, length, scratch.out, 0);
        try {
            cipher.doFinal(scratch.out, done);
            return true;
        } catch (InvalidCipherTextException notAuthentic) {
            return false;
        }
    }
}
