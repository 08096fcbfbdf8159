package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static dev.taltun.memory.Layouts.NATIVE_INT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.ifaddrmsg;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;

/** RTM_NEWADDR and its kin: ifaddrmsg, then IFA_ attributes. Writes and reads them. */
final class AddressMessage {
    private static final long FAMILY_OFFSET = ifaddrmsg.ifa_family$offset();
    private static final long PREFIX_OFFSET = ifaddrmsg.ifa_prefixlen$offset();
    private static final long FLAGS_OFFSET = ifaddrmsg.ifa_flags$offset();
    private static final long SCOPE_OFFSET = ifaddrmsg.ifa_scope$offset();
    private static final long INDEX_OFFSET = ifaddrmsg.ifa_index$offset();
    private static final long BYTES = ifaddrmsg.sizeof();

    private AddressMessage() {}

    /** Asks for all addresses of both families. */
    static void writeList(Request request) {
        request.start(Linux.RTM_GETADDR(), Linux.NLM_F_DUMP(), BYTES);
    }

    static void writeAdd(Request request, int linkIndex, InetAddress address, int prefixLength) {
        int flags = Linux.NLM_F_ACK() | Linux.NLM_F_CREATE() | Linux.NLM_F_EXCL();
        write(request, Linux.RTM_NEWADDR(), flags, linkIndex, address, prefixLength);
        if (!(address instanceof Inet4Address)) {
            request.putInt(Linux.IFA_FLAGS(), Linux.IFA_F_NODAD());
        }
    }

    static void writeDelete(Request request, int linkIndex, InetAddress address, int prefixLength) {
        int flags = Linux.NLM_F_ACK();
        write(request, Linux.RTM_DELADDR(), flags, linkIndex, address, prefixLength);
    }

    private static void write(
            Request request,
            int type,
            int flags,
            int linkIndex,
            InetAddress address,
            int prefixLength) {
        MemorySegment header = request.start(type, flags, BYTES);
        ifaddrmsg.ifa_family(header, (byte) family(address));
        ifaddrmsg.ifa_prefixlen(header, (byte) prefixLength);
        ifaddrmsg.ifa_index(header, linkIndex);
        // LOCAL is the interface's own address, ADDRESS the other end's: no peer, so both alike.
        request.putAddress(Linux.IFA_LOCAL(), address);
        request.putAddress(Linux.IFA_ADDRESS(), address);
    }

    /** The address of an RTM_NEWADDR or RTM_DELADDR body; null when truncated or without one. */
    static LinkAddress parse(MemorySegment body) {
        if (body.byteSize() < BYTES) {
            return null;
        }
        InetAddress local = null;
        InetAddress address = null;
        int flags = Byte.toUnsignedInt(body.get(BYTE, FLAGS_OFFSET));
        Attributes attributes = new Attributes(body, BYTES);
        while (attributes.next()) {
            int type = attributes.type();
            if (type == Linux.IFA_LOCAL()) {
                local = attributes.address();
            } else if (type == Linux.IFA_ADDRESS()) {
                address = attributes.address();
            } else if (type == Linux.IFA_FLAGS()) {
                flags = attributes.intOr(flags); // the header has room for 8 of the 32 bits only
            }
        }
        InetAddress own = local != null ? local : address;
        int prefixLength = Byte.toUnsignedInt(body.get(BYTE, PREFIX_OFFSET));
        if (own == null
                || family(own) != body.get(BYTE, FAMILY_OFFSET)
                || prefixLength > own.getAddress().length * Byte.SIZE) {
            return null;
        }
        int scope = Byte.toUnsignedInt(body.get(BYTE, SCOPE_OFFSET));
        return new LinkAddress(body.get(NATIVE_INT, INDEX_OFFSET), own, prefixLength, scope, flags);
    }

    /** AF_INET or AF_INET6. */
    static int family(InetAddress address) {
        return address instanceof Inet4Address ? Linux.AF_INET() : Linux.AF_INET6();
    }
}
