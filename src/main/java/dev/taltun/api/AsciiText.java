package dev.taltun.api;

/**
 * Part of a line as it was read, without a copy: it may be a key. Bytes beyond ASCII come out as
 * characters that nothing expects. Valid until the next line is read.
 */
record AsciiText(byte[] bytes, int start, int length) implements CharSequence {
    private static final int DECIMAL_DIGITS_MAX = 18;

    @Override
    public char charAt(int index) {
        return (char) (bytes[start + index] & 0xff);
    }

    @Override
    public AsciiText subSequence(int from, int to) {
        return new AsciiText(bytes, start + from, to - from);
    }

    /** Whether it is this text. */
    boolean contentEquals(String text) {
        boolean same = text.length() == length;
        for (int i = 0; i < length && same; i++) {
            same = charAt(i) == text.charAt(i);
        }
        return same;
    }

    /**
     * A number of decimal digits only.
     *
     * @return the number, or -1 if it is none, or larger than {@code max}
     */
    long number(long max) {
        if (length == 0 || length > DECIMAL_DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            int digit = charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value <= max ? value : -1;
    }

    /** Of what is no secret only. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(charAt(i));
        }
        return text.toString();
    }
}
