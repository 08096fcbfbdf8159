package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.NATIVE_INT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.ifinfomsg;
import java.lang.foreign.MemorySegment;

/** RTM_NEWLINK and its kin: ifinfomsg, then IFLA_ attributes. Writes and reads them. */
final class LinkMessage {
    private static final long INDEX_OFFSET = ifinfomsg.ifi_index$offset();
    private static final long FLAGS_OFFSET = ifinfomsg.ifi_flags$offset();
    private static final long BYTES = ifinfomsg.sizeof();

    private LinkMessage() {}

    /** Asks for one interface by name. */
    static void writeFind(Request request, String name) {
        request.start(Linux.RTM_GETLINK(), Linux.NLM_F_ACK(), BYTES);
        request.putInt(Linux.IFLA_EXT_MASK(), Linux.RTEXT_FILTER_SKIP_STATS());
        request.putText(Linux.IFLA_IFNAME(), name);
    }

    /** Asks for all interfaces. */
    static void writeList(Request request) {
        request.start(Linux.RTM_GETLINK(), Linux.NLM_F_DUMP(), BYTES);
        request.putInt(Linux.IFLA_EXT_MASK(), Linux.RTEXT_FILTER_SKIP_STATS());
    }

    /** Starts a change of an interface; attributes may follow. */
    static Request writeSet(Request request, int index) {
        MemorySegment header = request.start(Linux.RTM_NEWLINK(), Linux.NLM_F_ACK(), BYTES);
        ifinfomsg.ifi_index(header, index);
        return request;
    }

    /** Changes the flags named by the mask. */
    static void writeFlags(Request request, int index, int flags, int mask) {
        MemorySegment header = request.start(Linux.RTM_NEWLINK(), Linux.NLM_F_ACK(), BYTES);
        ifinfomsg.ifi_index(header, index);
        ifinfomsg.ifi_flags(header, flags);
        ifinfomsg.ifi_change(header, mask);
    }

    /** Sets how the kernel makes up a link-local IPv6 address: IN6_ADDR_GEN_MODE_... */
    static void writeAddressGeneration(Request request, int index, int mode) {
        writeSet(request, index);
        long families = request.startNest(Linux.IFLA_AF_SPEC());
        long ipv6 = request.startNest(Linux.AF_INET6());
        request.putByte(Linux.IFLA_INET6_ADDR_GEN_MODE(), mode);
        request.endNest(ipv6);
        request.endNest(families);
    }

    static void writeDelete(Request request, int index) {
        MemorySegment header = request.start(Linux.RTM_DELLINK(), Linux.NLM_F_ACK(), BYTES);
        ifinfomsg.ifi_index(header, index);
    }

    /** The interface of an RTM_NEWLINK or RTM_DELLINK body; null when it is truncated. */
    static Link parse(MemorySegment body) {
        if (body.byteSize() < BYTES) {
            return null;
        }
        String name = "";
        String kind = "";
        int mtu = 0;
        int txQueueLength = 0;
        Attributes attributes = new Attributes(body, BYTES);
        while (attributes.next()) {
            int type = attributes.type();
            if (type == Linux.IFLA_IFNAME()) {
                name = attributes.text();
            } else if (type == Linux.IFLA_MTU()) {
                mtu = attributes.intOr(0);
            } else if (type == Linux.IFLA_TXQLEN()) {
                txQueueLength = attributes.intOr(0);
            } else if (type == Linux.IFLA_LINKINFO()) {
                kind = kind(attributes.nested());
            }
        }
        int index = body.get(NATIVE_INT, INDEX_OFFSET);
        int flags = body.get(NATIVE_INT, FLAGS_OFFSET);
        return new Link(index, name, flags, mtu, txQueueLength, kind);
    }

    private static String kind(Attributes info) {
        while (info.next()) {
            if (info.type() == Linux.IFLA_INFO_KIND()) {
                return info.text();
            }
        }
        return "";
    }
}
