package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** OpenSSL 3's EVP interface, as much of it as two AEADs need. */
final class OpenSsl {
    static final String LIBRARY_NAME = "libcrypto.so.3";

    /** {@code OPENSSL_VERSION_STRING}: the bare number. */
    private static final int VERSION_NUMBER = 6;

    private final String version;
    private final long chachaPoly;
    private final long aesGcm;
    private final MemorySegment newContext;
    private final MemorySegment freeContext;
    private final MemorySegment encryptInit;
    private final MemorySegment encryptUpdate;
    private final MemorySegment encryptFinal;
    private final MemorySegment decryptInit;
    private final MemorySegment decryptUpdate;
    private final MemorySegment decryptFinal;
    private final MemorySegment getParameters;

    private OpenSsl(NativeLibrary library) throws ProviderUnavailableException {
        version =
                NativeLibrary.string(
                        NativeCall.call(library.function("OpenSSL_version"), VERSION_NUMBER));
        newContext = library.function("EVP_CIPHER_CTX_new");
        freeContext = library.function("EVP_CIPHER_CTX_free");
        encryptInit = library.function("EVP_EncryptInit_ex2");
        encryptUpdate = library.function("EVP_EncryptUpdate");
        encryptFinal = library.function("EVP_EncryptFinal_ex");
        decryptInit = library.function("EVP_DecryptInit_ex2");
        decryptUpdate = library.function("EVP_DecryptUpdate");
        decryptFinal = library.function("EVP_DecryptFinal_ex");
        getParameters = library.function("EVP_CIPHER_CTX_get_params");
        chachaPoly = fetch(library, "ChaCha20-Poly1305");
        aesGcm = fetch(library, "AES-256-GCM");
    }

    static OpenSsl open(String libraryName) throws ProviderUnavailableException {
        return new OpenSsl(NativeLibrary.load(libraryName));
    }

    private static long fetch(NativeLibrary library, String algorithm)
            throws ProviderUnavailableException {
        try (Arena arena = Arena.ofConfined()) {
            return NativeCall.call(
                    library.function("EVP_CIPHER_fetch"),
                    0,
                    arena.allocateFrom(algorithm).address(),
                    0);
        }
    }

    String version() {
        return version;
    }

    /** False where a policy (FIPS) has removed the cipher. */
    boolean has(CipherSuite suite) {
        return cipher(suite) != 0;
    }

    /**
     * A context with the key in it, for {@link #freeContext}.
     *
     * @param key address of 32 bytes
     */
    long newContext(CipherSuite suite, long key) {
        long context = NativeCall.call(newContext, 0);
        if (context == 0) {
            throw new OutOfMemoryError("no memory for an OpenSSL context");
        }
        if (isError(NativeCall.call(encryptInit, context, cipher(suite), key, 0, 0))) {
            NativeCall.call(freeContext, context);
            throw new IllegalStateException("OpenSSL refused a key for " + suite.text());
        }
        return context;
    }

    /** Wipes and frees a context. */
    void freeContext(long context) {
        NativeCall.call(freeContext, context);
    }

    private long cipher(CipherSuite suite) {
        return switch (suite) {
            case CHACHA20_POLY1305 -> chachaPoly;
            case AES_256_GCM -> aesGcm;
        };
    }

    /** Seals; the tag goes where {@code tagParameter} points to. */
    boolean seal(
            long context, long in, long out, long length, long iv, long done, long tagParameter) {
        if (isError(NativeCall.call(encryptInit, context, 0, 0, iv, 0))) {
            return false;
        }
        if (length != 0
                && isError(NativeCall.call(encryptUpdate, context, out, done, in, length))) {
            return false;
        }
        return !isError(NativeCall.call(encryptFinal, context, out, done))
                && !isError(NativeCall.call(getParameters, context, tagParameter));
    }

    /** Opens; the tag is taken from where {@code tagParameter} points to. */
    boolean open(
            long context, long in, long out, long length, long iv, long done, long tagParameter) {
        if (isError(NativeCall.call(decryptInit, context, 0, 0, iv, tagParameter))) {
            return false;
        }
        if (length != 0
                && isError(NativeCall.call(decryptUpdate, context, out, done, in, length))) {
            return false;
        }
        return !isError(NativeCall.call(decryptFinal, context, out, done));
    }

    /** These functions return an {@code int}: 1, or 0 and less on failure. */
    private static boolean isError(long result) {
        return (int) result <= 0;
    }
}
