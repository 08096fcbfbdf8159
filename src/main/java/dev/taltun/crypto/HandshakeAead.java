package dev.taltun.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * One-shot AEADs over arrays for handshakes and cookies: ChaCha20-Poly1305 (RFC 8439),
 * XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) and AES-256-GCM. Any thread; allocates.
 *
 * <p>Sealed text is the ciphertext followed by 16 bytes of tag. Opening returns null when the tag
 * is wrong or the input shorter than a tag: hostile input is no exception.
 */
public final class HandshakeAead {
    /** Length in bytes of the tag after each ciphertext. */
    public static final int TAG_BYTES = 16;

    /** Length in bytes of the nonce of {@link #xseal} and {@link #xopen}. */
    public static final int XNONCE_BYTES = 24;

    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private HandshakeAead() {}

    /**
     * ChaCha20-Poly1305 with the nonce of WireGuard: four zero bytes, the counter little-endian.
     */
    public static byte[] seal(byte[] key, long counter, byte[] plain, byte[] aad) {
        return chachaSeal(key, counterNonce(counter), plain, aad);
    }

    /** Opens what {@link #seal(byte[], long, byte[], byte[])} sealed; null if not authentic. */
    public static byte[] open(byte[] key, long counter, byte[] sealed, byte[] aad) {
        return chachaOpen(key, counterNonce(counter), sealed, aad);
    }

    /**
     * Seals with the AEAD of the suite, nonce as the Noise specification, section 12 lays it out:
     * four zero bytes, then the counter, little-endian for ChaChaPoly, big-endian for AESGCM.
     */
    public static byte[] seal(
            CipherSuite suite, byte[] key, long counter, byte[] plain, byte[] aad) {
        return switch (suite) {
            case CHACHA20_POLY1305 -> seal(key, counter, plain, aad);
            case AES_256_GCM -> gcm(true, key, bigEndianNonce(counter), plain, aad);
        };
    }

    /** Opens what {@link #seal(CipherSuite, byte[], long, byte[], byte[])} sealed, or null. */
    public static byte[] open(
            CipherSuite suite, byte[] key, long counter, byte[] sealed, byte[] aad) {
        return switch (suite) {
            case CHACHA20_POLY1305 -> open(key, counter, sealed, aad);
            case AES_256_GCM -> gcm(false, key, bigEndianNonce(counter), sealed, aad);
        };
    }

    /** XChaCha20-Poly1305 with a random 24-byte nonce (WireGuard's encrypted cookie). */
    public static byte[] xseal(byte[] key, byte[] nonce, byte[] plain, byte[] aad) {
        byte[] subkey = subkey(key, nonce);
        try {
            return chachaSeal(subkey, tailNonce(nonce), plain, aad);
        } finally {
            ConstantTime.wipe(subkey);
        }
    }

    /** Opens what {@link #xseal} sealed; null if not authentic. */
    public static byte[] xopen(byte[] key, byte[] nonce, byte[] sealed, byte[] aad) {
        byte[] subkey = subkey(key, nonce);
        try {
            return chachaOpen(subkey, tailNonce(nonce), sealed, aad);
        } finally {
            ConstantTime.wipe(subkey);
        }
    }

    /** HChaCha20: a 32-byte key from a key and a 16-byte nonce. */
    public static byte[] hchacha20(byte[] key, byte[] nonce16) {
        if (key.length != ChaCha20.KEY_BYTES || nonce16.length != 16) {
            throw new IllegalArgumentException("HChaCha20 takes a 32-byte key and 16-byte nonce");
        }
        return ChaCha20.hchacha(key, nonce16);
    }

    private static byte[] subkey(byte[] key, byte[] nonce) {
        if (key.length != ChaCha20.KEY_BYTES || nonce.length != XNONCE_BYTES) {
            throw new IllegalArgumentException("XChaCha20 takes a 32-byte key and 24-byte nonce");
        }
        return ChaCha20.hchacha(key, nonce);
    }

    private static int[] counterNonce(long counter) {
        return new int[] {0, (int) counter, (int) (counter >>> 32)};
    }

    private static int[] tailNonce(byte[] nonce24) {
        return new int[] {0, (int) INT_LE.get(nonce24, 16), (int) INT_LE.get(nonce24, 20)};
    }

    /** ChaCha20-Poly1305 under any 12-byte nonce, given as three little-endian words. */
    static byte[] chachaSeal(byte[] key, int[] nonce, byte[] plain, byte[] aad) {
        Packets.checkKey(key);
        byte[] sealed = new byte[plain.length + TAG_BYTES];
        ChaCha20.xor(key, 1, nonce, plain, 0, sealed, plain.length);
        byte[] tag = tag(key, nonce, sealed, plain.length, aad);
        System.arraycopy(tag, 0, sealed, plain.length, TAG_BYTES);
        return sealed;
    }

    /** Opens what {@link #chachaSeal} sealed; null if not authentic. */
    static byte[] chachaOpen(byte[] key, int[] nonce, byte[] sealed, byte[] aad) {
        Packets.checkKey(key);
        int length = sealed.length - TAG_BYTES;
        if (length < 0) {
            return null;
        }
        byte[] tag = tag(key, nonce, sealed, length, aad);
        if (!ConstantTime.equal(tag, Arrays.copyOfRange(sealed, length, sealed.length))) {
            return null;
        }
        byte[] plain = new byte[length];
        ChaCha20.xor(key, 1, nonce, sealed, 0, plain, length);
        return plain;
    }

    /** The Poly1305 tag of RFC 8439, section 2.8, over aad and ciphertext. */
    private static byte[] tag(byte[] key, int[] nonce, byte[] cipher, int length, byte[] aad) {
        byte[] block = new byte[ChaCha20.BLOCK_BYTES];
        ChaCha20.block(key, 0, nonce, block);
        Poly1305 mac = new Poly1305();
        mac.init(new KeyParameter(block, 0, ChaCha20.KEY_BYTES));
        ConstantTime.wipe(block);
        byte[] padding = new byte[TAG_BYTES];
        mac.update(aad, 0, aad.length);
        mac.update(padding, 0, -aad.length & (TAG_BYTES - 1));
        mac.update(cipher, 0, length);
        mac.update(padding, 0, -length & (TAG_BYTES - 1));
        byte[] lengths = new byte[2 * Long.BYTES];
        LONG_LE.set(lengths, 0, (long) aad.length);
        LONG_LE.set(lengths, Long.BYTES, (long) length);
        mac.update(lengths, 0, lengths.length);
        byte[] tag = new byte[TAG_BYTES];
        mac.doFinal(tag, 0);
        return tag;
    }

    private static byte[] bigEndianNonce(long counter) {
        byte[] nonce = new byte[ChaCha20.NONCE_BYTES];
        LONG_BE.set(nonce, ChaCha20.NONCE_BYTES - Long.BYTES, counter);
        return nonce;
    }

    /** AES-256-GCM under any 12-byte nonce; null if not authentic. */
    static byte[] gcm(boolean forSealing, byte[] key, byte[] nonce, byte[] input, byte[] aad) {
        Packets.checkKey(key);
        if (!forSealing && input.length < TAG_BYTES) {
            return null;
        }
        GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(
                forSealing, new AEADParameters(new KeyParameter(key), TAG_BYTES * 8, nonce, aad));
        byte[] out = new byte[cipher.getOutputSize(input.length)];
        int done = cipher.processBytes(input, 0, input.length, out, 0);
        try {
            cipher.doFinal(out, done);
            return out;
        } catch (InvalidCipherTextException notAuthentic) {
            ConstantTime.wipe(out);
            return null;
        }
    }
}
