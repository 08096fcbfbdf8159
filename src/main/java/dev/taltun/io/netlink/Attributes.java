package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static dev.taltun.memory.Layouts.NATIVE_INT;
import static dev.taltun.memory.Layouts.NATIVE_SHORT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.rtattr;
import dev.taltun.io.IpText;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * Cursor over a list of attributes (type, length, value), the tail of every netlink message.
 *
 * <p>A length that does not fit ends the list. Value getters return a fallback when the value is
 * too short. Nothing throws, whatever the bytes are.
 *
 * <pre>
 *   0      2      4
 *   +------+------+-----------------+---------+
 *   | len  | type | value (len - 4) | pad to 4|
 *   +------+------+-----------------+---------+
 * </pre>
 */
final class Attributes {
    private static final long LENGTH_OFFSET = rtattr.rta_len$offset();
    private static final long TYPE_OFFSET = rtattr.rta_type$offset();
    private static final long HEADER_BYTES = rtattr.sizeof();

    private final MemorySegment list;
    private long next;
    private int type;
    private MemorySegment value = MemorySegment.NULL;

    /** Attributes that fill the list from {@code offset} on (which may lie behind its end). */
    Attributes(MemorySegment list, long offset) {
        this.list = list;
        this.next = offset;
    }

    /** Moves to the next attribute; false at the end or at the first malformed one. */
    boolean next() {
        long left = list.byteSize() - next;
        if (left < HEADER_BYTES) {
            return false;
        }
        long length = Short.toUnsignedLong(list.get(NATIVE_SHORT, next + LENGTH_OFFSET));
        if (length < HEADER_BYTES || length > left) {
            next = list.byteSize();
            return false;
        }
        type = list.get(NATIVE_SHORT, next + TYPE_OFFSET) & Linux.NLA_TYPE_MASK();
        value = list.asSlice(next + HEADER_BYTES, length - HEADER_BYTES);
        next += Messages.align(length);
        return true;
    }

    /** Type of the current attribute, without its flag bits. */
    int type() {
        return type;
    }

    /** The current attribute's value, inside the list. */
    MemorySegment value() {
        return value;
    }

    /** The current attribute's value as a list of attributes. */
    Attributes nested() {
        return new Attributes(value, 0);
    }

    int intOr(int fallback) {
        return value.byteSize() >= Integer.BYTES ? value.get(NATIVE_INT, 0) : fallback;
    }

    /** The bytes up to the first NUL. */
    String text() {
        byte[] bytes = value.toArray(BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** An IPv4 or IPv6 address, null when the value is neither 4 nor 16 bytes long. */
    InetAddress address() {
        return IpText.address(value.toArray(BYTE));
    }
}
