package dev.taltun.crypto;

/** A private key inside OpenSSL, which wipes it when it frees it. */
final class OpenSslX25519Key implements X25519Key {
    private final OpenSslX25519 library;
    private final byte[] publicKey = new byte[X25519.BYTES];

    /** OpenSSL's object; 0 once it is freed. */
    private volatile long key;

    OpenSslX25519Key(OpenSslX25519 library, byte[] privateKey) {
        this.library = library;
        key = library.newKey(privateKey, publicKey);
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public boolean agree(byte[] remotePublic, byte[] out) {
        long open = key;
        if (open == 0) {
            throw new IllegalStateException("the key was closed");
        }
        return library.agree(open, remotePublic, out);
    }

    @Override
    public void close() {
        long open = key;
        key = 0;
        if (open != 0) {
            library.free(open);
        }
    }

    @Override
    public String toString() {
        return "X25519Key(hidden)";
    }
}
