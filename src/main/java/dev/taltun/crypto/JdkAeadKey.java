package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** A key of {@link JdkProvider}: one {@code Cipher} per lane. */
final class JdkAeadKey implements AeadKey {
    private final CipherSuite suite;
    private final HeapKey key;
    private final HeapLane[] lanes;
    private final Cipher[] ciphers;
    private volatile boolean closed;

    JdkAeadKey(CipherSuite suite, byte[] key, HeapLane[] lanes, Cipher[] ciphers) {
        this.suite = suite;
        this.key = new HeapKey(Packets.checkKey(key).clone());
        this.lanes = lanes;
        this.ciphers = ciphers;
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
        try {
            start(Cipher.ENCRYPT_MODE, ciphers[lane], scratch, counter);
            ciphers[lane].doFinal(scratch.in, 0, len, scratch.out, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot seal with " + suite.text(), e);
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
        try {
            start(Cipher.DECRYPT_MODE, ciphers[lane], scratch, counter);
            ciphers[lane].doFinal(scratch.in, 0, len, scratch.out, 0);
        } catch (GeneralSecurityException notAuthentic) {
            return false;
        }
        scratch.store(dst, dstOff, len - TAG_BYTES);
        return true;
    }

    @Override
    public void close() {
        closed = true;
        key.destroy();
    }

    private void start(int mode, Cipher cipher, HeapLane scratch, long counter)
            throws GeneralSecurityException {
        try {
            cipher.init(mode, key, parameters(scratch, counter));
        } catch (InvalidAlgorithmParameterException | InvalidKeyException repeatedNonce) {
            // Cipher refuses the nonce it used last: AES-GCM with the first exception, ChaCha20
            // with the second. Counters are the session's business (tests and the measurement
            // repeat them), so make it forget that one.
            cipher.init(mode, key, parameters(scratch, ~counter));
            cipher.init(mode, key, parameters(scratch, counter));
        }
    }

    private AlgorithmParameterSpec parameters(HeapLane scratch, long counter) {
        byte[] nonce = scratch.nonce(counter);
        return switch (suite) {
            case CHACHA20_POLY1305 -> new IvParameterSpec(nonce);
            case AES_256_GCM -> new GCMParameterSpec(TAG_BYTES * 8, nonce);
        };
    }

    /** A key that can be wiped: {@code SecretKeySpec} cannot before JDK 24. */
    private static final class HeapKey implements SecretKey {
        private static final long serialVersionUID = 1L;

        private final transient byte[] bytes;

        HeapKey(byte[] ownedBytes) {
            bytes = ownedBytes;
        }

        @Override
        public String getAlgorithm() {
            return "AES";
        }

        @Override
        public String getFormat() {
            return "RAW";
        }

        @Override
        public byte[] getEncoded() {
            return bytes.clone();
        }

        @Override
        public void destroy() {
            ConstantTime.wipe(bytes);
        }
    }
}
