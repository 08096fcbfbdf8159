package dev.taltun.io.udp;

import dev.taltun.ffi.linux.iovec;
import dev.taltun.ffi.linux.mmsghdr;
import dev.taltun.ffi.linux.msghdr;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A row of {@code struct mmsghdr} with an iovec, an address and a control buffer each: what {@code
 * sendmmsg} and {@code recvmmsg} work on. Belongs to one thread.
 */
final class MessageHeaders {
    /**
     * Room for in6_pktinfo (40) + UDP_SEGMENT or UDP_GRO (24) + IP_TOS or IPV6_TCLASS (24) + IP_TTL
     * or IPV6_HOPLIMIT (24).
     */
    static final int CONTROL_BYTES = 112;

    private static final long STRIDE = mmsghdr.layout().byteSize();
    private static final long HEADER = mmsghdr.msg_hdr$offset();
    private static final long LENGTH = mmsghdr.msg_len$offset();
    private static final long NAME = HEADER + msghdr.msg_name$offset();
    private static final long NAME_LENGTH = HEADER + msghdr.msg_namelen$offset();
    private static final long IOV = HEADER + msghdr.msg_iov$offset();
    private static final long IOV_COUNT = HEADER + msghdr.msg_iovlen$offset();
    private static final long CONTROL = HEADER + msghdr.msg_control$offset();
    private static final long CONTROL_LENGTH = HEADER + msghdr.msg_controllen$offset();
    private static final long FLAGS = HEADER + msghdr.msg_flags$offset();
    private static final long IOV_STRIDE = iovec.layout().byteSize();
    private static final long IOV_BASE = iovec.iov_base$offset();
    private static final long IOV_LENGTH = iovec.iov_len$offset();

    private final MemorySegment headers;
    private final MemorySegment iovecs;
    private final MemorySegment addresses;
    private final MemorySegment controls;

    MessageHeaders(Arena arena, int count) {
        headers = arena.allocate(mmsghdr.layout(), count);
        iovecs = arena.allocate(iovec.layout(), count);
        addresses = arena.allocate((long) SocketAddresses.BYTES * count, 8);
        controls = arena.allocate((long) CONTROL_BYTES * count, 8);
        for (int i = 0; i < count; i++) {
            long at = i * STRIDE;
            headers.set(Layouts.NATIVE_LONG, at + NAME, addresses.address() + addressAt(i));
            headers.set(Layouts.NATIVE_LONG, at + IOV, iovecs.address() + i * IOV_STRIDE);
            headers.set(Layouts.NATIVE_LONG, at + IOV_COUNT, 1);
            headers.set(Layouts.NATIVE_LONG, at + CONTROL, controls.address() + controlAt(i));
        }
    }

    /** Address of entry i, for the system call. */
    long address(int i) {
        return headers.address() + i * STRIDE;
    }

    MemorySegment addresses() {
        return addresses;
    }

    long addressAt(int i) {
        return (long) i * SocketAddresses.BYTES;
    }

    MemorySegment controls() {
        return controls;
    }

    long controlAt(int i) {
        return (long) i * CONTROL_BYTES;
    }

    void setData(int i, long address, long length) {
        iovecs.set(Layouts.NATIVE_LONG, i * IOV_STRIDE + IOV_BASE, address);
        iovecs.set(Layouts.NATIVE_LONG, i * IOV_STRIDE + IOV_LENGTH, length);
    }

    void setLengths(int i, int nameLength, int controlLength) {
        headers.set(Layouts.NATIVE_INT, i * STRIDE + NAME_LENGTH, nameLength);
        headers.set(Layouts.NATIVE_LONG, i * STRIDE + CONTROL_LENGTH, controlLength);
    }

    int received(int i) {
        return headers.get(Layouts.NATIVE_INT, i * STRIDE + LENGTH);
    }

    int flags(int i) {
        return headers.get(Layouts.NATIVE_INT, i * STRIDE + FLAGS);
    }

    int controlLength(int i) {
        return (int) headers.get(Layouts.NATIVE_LONG, i * STRIDE + CONTROL_LENGTH);
    }
}
