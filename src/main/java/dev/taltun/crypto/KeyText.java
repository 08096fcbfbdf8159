package dev.taltun.crypto;

/**
 * The text form of a 32-byte key: base64 as wg(8) writes it (44 characters), or 64 hex digits.
 *
 * <p>Both decoders compute digits by arithmetic instead of tables and branches, so that neither the
 * cache nor the clock tells anything about a private key being read. The text is never part of an
 * error message.
 */
final class KeyText {
    static final int KEY_BYTES = 32;
    private static final int BASE64_LENGTH = 44;
    private static final int HEX_LENGTH = 64;

    private KeyText() {}

    /**
     * Decodes a key; surrounding white space is ignored.
     *
     * @throws IllegalArgumentException with a one-line reason that does not contain the key
     */
    static byte[] decode(CharSequence text) {
        if (text == null) {
            throw new IllegalArgumentException("the key is missing");
        }
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        while (end > start && text.charAt(end - 1) <= ' ') {
            end--;
        }
        int length = end - start;
        if (length == 0) {
            throw new IllegalArgumentException("the key is missing");
        }
        CharSequence body = text.subSequence(start, end);
        if (length == HEX_LENGTH) {
            return decodeHex(body);
        }
        if (length != BASE64_LENGTH || body.charAt(BASE64_LENGTH - 1) != '=') {
            throw new IllegalArgumentException(reasonFor(body));
        }
        return decodeBase64(body);
    }

    private static String reasonFor(CharSequence body) {
        int length = body.length();
        int stranger = firstStranger(body, length);
        if (stranger < length && body.charAt(stranger) != '=') {
            return strangerReason(stranger);
        }
        if (length == BASE64_LENGTH) {
            return "the key is not base64 of 32 bytes: it must end in one '='";
        }
        return (length < BASE64_LENGTH ? "the key is too short: " : "the key has a wrong length: ")
                + length
                + " characters; a key has "
                + BASE64_LENGTH
                + " in base64 or "
                + HEX_LENGTH
                + " in hex";
    }

    private static int firstStranger(CharSequence body, int length) {
        int at = 0;
        while (at < length && base64Digit(body.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private static String strangerReason(int at) {
        return "the key holds a character that is neither base64 nor hex (character "
                + (at + 1)
                + ")";
    }

    private static byte[] decodeBase64(CharSequence body) {
        byte[] key = new byte[KEY_BYTES];
        int bits = 0;
        int invalid = 0;
        int out = 0;
        for (int i = 0; i < BASE64_LENGTH - 1; i++) {
            int digit = base64Digit(body.charAt(i));
            invalid |= digit;
            bits = (bits << 6) | (digit & 63);
            if ((i & 3) == 3) {
                key[out++] = (byte) (bits >> 16);
                key[out++] = (byte) (bits >> 8);
                key[out++] = (byte) bits;
                bits = 0;
            }
        }
        // Three digits are left: 18 bits for two bytes. The last two bits must be zero, or several
        // texts would name one key.
        key[out++] = (byte) (bits >> 10);
        key[out] = (byte) (bits >> 2);
        if (invalid < 0) {
            ConstantTime.wipe(key);
            throw new IllegalArgumentException(
                    strangerReason(firstStranger(body, BASE64_LENGTH - 1)));
        }
        if ((bits & 3) != 0) {
            ConstantTime.wipe(key);
            throw new IllegalArgumentException(
                    "the key is not canonical base64: its last digit carries unused bits");
        }
        return key;
    }

    private static byte[] decodeHex(CharSequence body) {
        byte[] key = new byte[KEY_BYTES];
        int invalid = 0;
        for (int i = 0; i < KEY_BYTES; i++) {
            int high = hexDigit(body.charAt(2 * i));
            int low = hexDigit(body.charAt(2 * i + 1));
            invalid |= high | low;
            key[i] = (byte) ((high << 4) | (low & 15));
        }
        if (invalid < 0) {
            ConstantTime.wipe(key);
            throw new IllegalArgumentException(
                    "the key has 64 characters but not all of them are hex digits");
        }
        return key;
    }

    /** Value of a base64 digit, or a negative number. */
    private static int base64Digit(int c) {
        int value = -1;
        value += within(c, 'A', 'Z') & (c - 'A' + 1);
        value += within(c, 'a', 'z') & (c - 'a' + 27);
        value += within(c, '0', '9') & (c - '0' + 53);
        value += within(c, '+', '+') & 63;
        value += within(c, '/', '/') & 64;
        return value;
    }

    /** Value of a hex digit, or a negative number. */
    private static int hexDigit(int c) {
        int value = -1;
        value += within(c, '0', '9') & (c - '0' + 1);
        value += within(c, 'a', 'f') & (c - 'a' + 11);
        value += within(c, 'A', 'F') & (c - 'A' + 11);
        return value;
    }

    /** All ones if {@code low <= c <= high}, else zero. */
    private static int within(int c, int low, int high) {
        return ((low - 1 - c) & (c - high - 1)) >> 31;
    }
}
