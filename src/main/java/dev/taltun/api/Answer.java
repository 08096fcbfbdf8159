package dev.taltun.api;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is to be sent: lines of {@code key=value}. Holds keys, so it wipes what it held. One thread.
 */
final class Answer {
    private static final int FIRST_BYTES = 4096;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private int sent;

    void line(String key, String value) {
        text(key);
        put('=');
        // A line break in a value would be another line, and an empty one the end of the answer.
        text(value.replace('\n', ' '));
        put('\n');
    }

    void line(String key, long value) {
        line(key, Long.toString(value));
    }

    void line(String key, PublicKey value) {
        line(key, value.toBytes());
    }

    /** The digits never become a String. */
    void line(String key, SecretKey value) {
        byte[] secret = value.toBytes();
        try {
            line(key, secret);
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    private void line(String key, byte[] value) {
        text(key);
        put('=');
        for (byte b : value) {
            put(hexDigit(b >> 4 & 15));
            put(hexDigit(b & 15));
        }
        put('\n');
    }

    /** Without a table, whose cache lines would tell of the digits. */
    private static int hexDigit(int value) {
        return '0' + value + ((9 - value >> 31) & 'a' - '9' - 1);
    }

    /** The last line, and the empty one behind it. */
    void end(int errno) {
        line("errno", errno);
        put('\n');
    }

    private void text(String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            put(b);
        }
    }

    private void put(int b) {
        if (length == bytes.length) {
            byte[] longer = Arrays.copyOf(bytes, 2 * length);
            ConstantTime.wipe(bytes);
            bytes = longer;
        }
        bytes[length++] = (byte) b;
    }

    /** Whether all was sent. */
    boolean isEmpty() {
        return sent == length;
    }

    /** Copies what comes next; returns how much that is. */
    int next(MemorySegment into) {
        int count = (int) Math.min(length - sent, into.byteSize());
        MemorySegment.copy(bytes, sent, into, ValueLayout.JAVA_BYTE, 0, count);
        return count;
    }

    /** So much was sent. */
    void sent(int count) {
        sent += count;
        if (sent == length) {
            clear();
        }
    }

    /** Wipes all. */
    void clear() {
        ConstantTime.wipe(bytes);
        if (bytes.length > FIRST_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
        length = 0;
        sent = 0;
    }

    /** What waits to be sent, for tests. */
    String text() {
        return new String(bytes, sent, length - sent, StandardCharsets.UTF_8);
    }
}
