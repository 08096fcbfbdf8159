package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static dev.taltun.memory.Layouts.NATIVE_INT;
import static dev.taltun.memory.Layouts.NATIVE_SHORT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.nlmsghdr;
import dev.taltun.ffi.linux.rtattr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * One message to the kernel, written front to back: header, family header, attributes. It is
 * reused: {@link #start} begins the next message. Writing past its end is a bug (a message of this
 * package has a dozen attributes at most).
 */
final class Request {
    private static final long CAPACITY = 1024;
    private static final long HEADER_BYTES = nlmsghdr.sizeof();
    private static final long ATTRIBUTE_HEADER_BYTES = rtattr.sizeof();

    private final MemorySegment buffer;
    private long end;

    /** Allocates the message's memory in the arena. */
    Request(Arena arena) {
        buffer = arena.allocate(CAPACITY, nlmsghdr.layout().byteAlignment());
    }

    /**
     * Starts a message.
     *
     * @param flags NLM_F_... beside NLM_F_REQUEST
     * @param familyHeaderBytes size of what stands between header and attributes
     * @return the family header, zeroed, for the caller to fill
     */
    MemorySegment start(int type, int flags, long familyHeaderBytes) {
        buffer.fill((byte) 0);
        nlmsghdr.nlmsg_type(buffer, (short) type);
        nlmsghdr.nlmsg_flags(buffer, (short) (flags | Linux.NLM_F_REQUEST()));
        end = HEADER_BYTES + Messages.align(familyHeaderBytes);
        return buffer.asSlice(HEADER_BYTES, familyHeaderBytes);
    }

    Request putInt(int type, int value) {
        MemorySegment room = attribute(type, Integer.BYTES);
        room.set(NATIVE_INT, 0, value);
        return this;
    }

    Request putByte(int type, int value) {
        attribute(type, 1).set(BYTE, 0, (byte) value);
        return this;
    }

    Request putAddress(int type, InetAddress address) {
        return putBytes(type, address.getAddress());
    }

    /** Text with its terminating NUL. */
    Request putText(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, attribute(type, bytes.length + 1L), BYTE, 0, bytes.length);
        return this;
    }

    Request putBytes(int type, byte[] bytes) {
        MemorySegment.copy(bytes, 0, attribute(type, bytes.length), BYTE, 0, bytes.length);
        return this;
    }

    /** Starts an attribute that holds attributes; give the result to {@link #endNest}. */
    long startNest(int type) {
        long start = end;
        attribute(type | Linux.NLA_F_NESTED(), 0);
        return start;
    }

    void endNest(long start) {
        buffer.set(NATIVE_SHORT, start + rtattr.rta_len$offset(), (short) (end - start));
    }

    /** Finishes the message and returns it; valid until the next {@link #start}. */
    MemorySegment finish(int sequence) {
        nlmsghdr.nlmsg_len(buffer, (int) end);
        nlmsghdr.nlmsg_seq(buffer, sequence);
        return buffer.asSlice(0, end);
    }

    private MemorySegment attribute(int type, long valueBytes) {
        long length = ATTRIBUTE_HEADER_BYTES + valueBytes;
        MemorySegment attribute = buffer.asSlice(end, length);
        attribute.set(NATIVE_SHORT, rtattr.rta_len$offset(), (short) length);
        attribute.set(NATIVE_SHORT, rtattr.rta_type$offset(), (short) type);
        end += Messages.align(length);
        return attribute.asSlice(ATTRIBUTE_HEADER_BYTES);
    }
}
