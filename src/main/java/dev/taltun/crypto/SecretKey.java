package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * 32 secret bytes (a Curve25519 private key or a preshared key), off-heap and wiped by {@link
 * #close()}.
 *
 * <p>Any thread may read; the owner closes. After closing, every access fails with {@link
 * IllegalStateException}. The memory itself is returned when the object becomes unreachable, so
 * that closing is cheap and a late reader can never touch memory that belongs to somebody else.
 * Never printed: {@link #toString()} shows no byte of it.
 */
public final class SecretKey implements AutoCloseable {
    /** Length in bytes. */
    public static final int BYTES = KeyText.KEY_BYTES;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES);
    private volatile boolean closed;

    private SecretKey() {}

    /** Copies 32 bytes; the caller keeps the source and wipes it. */
    public static SecretKey copyOf(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException(
                    "the key has " + key.length + " bytes instead of " + BYTES);
        }
        SecretKey secret = new SecretKey();
        MemorySegment.copy(key, 0, secret.memory, ValueLayout.JAVA_BYTE, 0, BYTES);
        return secret;
    }

    /**
     * Reads a key written in base64 or hex.
     *
     * @throws IllegalArgumentException with a one-line reason that never contains the key
     */
    public static SecretKey parse(CharSequence text) {
        byte[] key = KeyText.decode(text);
        try {
            return copyOf(key);
        } finally {
            ConstantTime.wipe(key);
        }
    }

    /** A fresh Curve25519 private key, clamped as {@code wg genkey} does (RFC 7748, section 5). */
    public static SecretKey generate() {
        byte[] key = new byte[BYTES];
        try {
            Entropy.fill(key);
            X25519.clamp(key);
            return copyOf(key);
        } finally {
            ConstantTime.wipe(key);
        }
    }

    /** A fresh preshared key: 32 random bytes, as {@code wg genpsk} makes. */
    public static SecretKey generatePreshared() {
        byte[] key = new byte[BYTES];
        try {
            Entropy.fill(key);
            return copyOf(key);
        } finally {
            ConstantTime.wipe(key);
        }
    }

    /** A copy of the bytes; the caller wipes it. */
    public byte[] toBytes() {
        byte[] copy = new byte[BYTES];
        MemorySegment.copy(segment(), ValueLayout.JAVA_BYTE, 0, copy, 0, BYTES);
        return copy;
    }

    /** Whether all bytes are zero, which stands for no key; takes the same time for any key. */
    public boolean isZero() {
        long all = 0;
        for (int i = 0; i < BYTES; i++) {
            all |= segment().get(ValueLayout.JAVA_BYTE, i);
        }
        return all == 0;
    }

    /** The 32 bytes themselves, owned by this object. */
    public MemorySegment segment() {
        if (closed) {
            throw new IllegalStateException("the key was closed");
        }
        return memory;
    }

    /**
     * The 32 bytes for a thread that does not know whether the owner closes meanwhile: it may find
     * zeros in them. Null after closing.
     */
    public MemorySegment peek() {
        return closed ? null : memory;
    }

    /** Wipes the key; closing again does nothing. */
    @Override
    public void close() {
        closed = true;
        memory.fill((byte) 0);
    }

    @Override
    public String toString() {
        return "SecretKey(hidden)";
    }
}
