package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.NATIVE_INT;
import static dev.taltun.memory.Layouts.NATIVE_SHORT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.nlmsgerr;
import dev.taltun.ffi.linux.nlmsghdr;
import java.lang.foreign.MemorySegment;

/**
 * Cursor over the messages of one received datagram. A message whose length does not fit ends the
 * datagram; nothing throws, whatever the bytes are.
 *
 * <pre>
 *   0          4      6       8          12         16
 *   +----------+------+-------+----------+----------+----------------+---------+
 *   | len      | type | flags | sequence | port     | body (len - 16)| pad to 4|
 *   +----------+------+-------+----------+----------+----------------+---------+
 * </pre>
 */
final class Messages {
    private static final long ALIGNMENT = Linux.NLMSG_ALIGNTO();
    private static final long LENGTH_OFFSET = nlmsghdr.nlmsg_len$offset();
    private static final long TYPE_OFFSET = nlmsghdr.nlmsg_type$offset();
    private static final long FLAGS_OFFSET = nlmsghdr.nlmsg_flags$offset();
    private static final long SEQUENCE_OFFSET = nlmsghdr.nlmsg_seq$offset();
    private static final long HEADER_BYTES = nlmsghdr.sizeof();

    private final MemorySegment datagram;
    private long next;
    private int type;
    private int flags;
    private int sequence;
    private MemorySegment body = MemorySegment.NULL;

    Messages(MemorySegment datagram) {
        this.datagram = datagram;
    }

    /** Moves to the next message; false at the end or at the first malformed one. */
    boolean next() {
        long left = datagram.byteSize() - next;
        if (left < HEADER_BYTES) {
            return false;
        }
        long length = Integer.toUnsignedLong(datagram.get(NATIVE_INT, next + LENGTH_OFFSET));
        if (length < HEADER_BYTES || length > left) {
            next = datagram.byteSize();
            return false;
        }
        type = Short.toUnsignedInt(datagram.get(NATIVE_SHORT, next + TYPE_OFFSET));
        flags = Short.toUnsignedInt(datagram.get(NATIVE_SHORT, next + FLAGS_OFFSET));
        sequence = datagram.get(NATIVE_INT, next + SEQUENCE_OFFSET);
        body = datagram.asSlice(next + HEADER_BYTES, length - HEADER_BYTES);
        next += align(length);
        return true;
    }

    int type() {
        return type;
    }

    int sequence() {
        return sequence;
    }

    /** What follows the header: a family header and attributes, inside the datagram. */
    MemorySegment body() {
        return body;
    }

    /** Whether the table changed while it was being dumped, so that the dump has holes. */
    boolean isInterrupted() {
        return (flags & Linux.NLM_F_DUMP_INTR()) != 0;
    }

    /**
     * The error number, positive, of a message of type NLMSG_ERROR (0 = the request succeeded) or
     * NLMSG_DONE.
     */
    int errno() {
        return body.byteSize() >= Integer.BYTES ? -body.get(NATIVE_INT, 0) : 0;
    }

    /** The kernel's own words in a message of type NLMSG_ERROR; empty when it gave none. */
    String errorText() {
        if ((flags & Linux.NLM_F_ACK_TLVS()) == 0 || body.byteSize() < nlmsgerr.sizeof()) {
            return "";
        }
        long request = nlmsgerr.msg$offset();
        long echoed = Integer.toUnsignedLong(body.get(NATIVE_INT, request + LENGTH_OFFSET));
        boolean capped = (flags & Linux.NLM_F_CAPPED()) != 0;
        Attributes attributes =
                new Attributes(body, request + (capped ? HEADER_BYTES : align(echoed)));
        while (attributes.next()) {
            if (attributes.type() == Linux.NLMSGERR_ATTR_MSG()) {
                return attributes.text();
            }
        }
        return "";
    }

    /** Rounds up to where the next message or attribute starts. */
    static long align(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
