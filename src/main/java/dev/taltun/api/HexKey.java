package dev.taltun.api;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;

/** Keys as the control socket writes them: 64 hex digits, and no other form. */
final class HexKey {
    private static final int DIGITS = 64;

    private HexKey() {}

    /** A key that the caller closes. */
    static SecretKey secret(AsciiText text) throws UapiException {
        if (text.length() != DIGITS) {
            throw UapiException.invalid();
        }
        try {
            return SecretKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UapiException(UapiException.EINVAL, e);
        }
    }

    static PublicKey publicKey(AsciiText text) throws UapiException {
        if (text.length() != DIGITS) {
            throw UapiException.invalid();
        }
        try {
            return PublicKey.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UapiException(UapiException.EINVAL, e);
        }
    }
}
