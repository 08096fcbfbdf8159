package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static dev.taltun.memory.Layouts.NATIVE_INT;
import static dev.taltun.memory.Layouts.NATIVE_SHORT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.rtmsg;
import dev.taltun.ffi.linux.rtnexthop;
import dev.taltun.io.IpText;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/** RTM_NEWROUTE and its kin: rtmsg, then RTA_ attributes. Writes and reads them. */
final class RouteMessage {
    private static final long FAMILY_OFFSET = rtmsg.rtm_family$offset();
    private static final long PREFIX_OFFSET = rtmsg.rtm_dst_len$offset();
    private static final long TABLE_OFFSET = rtmsg.rtm_table$offset();
    private static final long PROTOCOL_OFFSET = rtmsg.rtm_protocol$offset();
    private static final long TYPE_OFFSET = rtmsg.rtm_type$offset();
    private static final long BYTES = rtmsg.sizeof();
    private static final int TABLE_LIMIT = 256; // of the header's byte; RTA_TABLE has 32 bits

    private static final long HOP_LENGTH_OFFSET = rtnexthop.rtnh_len$offset();
    private static final long HOP_INDEX_OFFSET = rtnexthop.rtnh_ifindex$offset();
    private static final long HOP_BYTES = rtnexthop.sizeof();
    private static final int VIA_FAMILY_BYTES = 2;

    private RouteMessage() {}

    /** Asks for all routes of both families and all tables. */
    static void writeList(Request request) {
        request.start(Linux.RTM_GETROUTE(), Linux.NLM_F_DUMP(), BYTES);
    }

    static void writeAdd(Request request, Route route, boolean replace) {
        int mode = replace ? Linux.NLM_F_REPLACE() : Linux.NLM_F_EXCL();
        int flags = Linux.NLM_F_ACK() | Linux.NLM_F_CREATE() | mode;
        MemorySegment header = write(request, Linux.RTM_NEWROUTE(), flags, route);
        rtmsg.rtm_protocol(header, (byte) route.protocol());
        rtmsg.rtm_type(header, (byte) route.type());
        boolean direct = route.type() == Linux.RTN_UNICAST() && route.gateway() == null;
        int scope = direct ? Linux.RT_SCOPE_LINK() : Linux.RT_SCOPE_UNIVERSE();
        rtmsg.rtm_scope(header, (byte) scope);
    }

    static void writeDelete(Request request, Route route) {
        MemorySegment header = write(request, Linux.RTM_DELROUTE(), Linux.NLM_F_ACK(), route);
        // Matches a route of any scope; type and protocol stay 0, which matches any.
        rtmsg.rtm_scope(header, (byte) Linux.RT_SCOPE_NOWHERE());
    }

    private static MemorySegment write(Request request, int type, int flags, Route route) {
        MemorySegment header = request.start(type, flags, BYTES);
        int table = route.table();
        boolean small = table >= 0 && table < TABLE_LIMIT;
        rtmsg.rtm_family(header, (byte) AddressMessage.family(route.destination()));
        rtmsg.rtm_dst_len(header, (byte) route.prefixLength());
        rtmsg.rtm_table(header, (byte) (small ? table : Linux.RT_TABLE_UNSPEC()));
        request.putInt(Linux.RTA_TABLE(), table);
        if (route.prefixLength() > 0) {
            request.putAddress(Linux.RTA_DST(), route.destination());
        }
        if (route.linkIndex() != 0) {
            request.putInt(Linux.RTA_OIF(), route.linkIndex());
        }
        if (route.metric() != 0) {
            request.putInt(Linux.RTA_PRIORITY(), route.metric());
        }
        if (route.source() != null) {
            request.putAddress(Linux.RTA_PREFSRC(), route.source());
        }
        if (route.gateway() != null) {
            writeGateway(request, route);
        }
        return header;
    }

    private static void writeGateway(Request request, Route route) {
        int family = AddressMessage.family(route.gateway());
        byte[] gateway = route.gateway().getAddress();
        if (family == AddressMessage.family(route.destination())) {
            request.putBytes(Linux.RTA_GATEWAY(), gateway);
        } else {
            byte[] via = new byte[VIA_FAMILY_BYTES + gateway.length];
            MemorySegment.ofArray(via).set(NATIVE_SHORT, 0, (short) family);
            System.arraycopy(gateway, 0, via, VIA_FAMILY_BYTES, gateway.length);
            request.putBytes(Linux.RTA_VIA(), via);
        }
    }

    /** The route of an RTM_NEWROUTE or RTM_DELROUTE body; null when truncated or malformed. */
    static Route parse(MemorySegment body) {
        if (body.byteSize() < BYTES) {
            return null;
        }
        Parsed parsed = new Parsed();
        parsed.table = Byte.toUnsignedInt(body.get(BYTE, TABLE_OFFSET));
        parsed.read(new Attributes(body, BYTES));
        int family = body.get(BYTE, FAMILY_OFFSET);
        int prefixLength = Byte.toUnsignedInt(body.get(BYTE, PREFIX_OFFSET));
        InetAddress destination =
                parsed.destination != null ? parsed.destination : anyAddress(family);
        if (destination == null
                || AddressMessage.family(destination) != family
                || prefixLength > destination.getAddress().length * Byte.SIZE) {
            return null;
        }
        return new Route(
                destination,
                prefixLength,
                parsed.linkIndex,
                parsed.gateway,
                parsed.source,
                parsed.table,
                parsed.metric,
                Byte.toUnsignedInt(body.get(BYTE, PROTOCOL_OFFSET)),
                Byte.toUnsignedInt(body.get(BYTE, TYPE_OFFSET)));
    }

    private static InetAddress anyAddress(int family) {
        if (family == Linux.AF_INET()) {
            return IpText.address(new byte[Netlink.IPV4_BITS / Byte.SIZE]);
        }
        return family == Linux.AF_INET6()
                ? IpText.address(new byte[Netlink.IPV6_BITS / Byte.SIZE])
                : null; // MPLS, multicast routing and others
    }

    /** The attributes of a route, as far as they have been read. */
    private static final class Parsed {
        private InetAddress destination;
        private InetAddress gateway;
        private InetAddress source;
        private int linkIndex;
        private int metric;
        private int table;

        private void read(Attributes attributes) {
            while (attributes.next()) {
                int type = attributes.type();
                if (type == Linux.RTA_DST()) {
                    destination = attributes.address();
                } else if (type == Linux.RTA_OIF()) {
                    linkIndex = attributes.intOr(0);
                } else if (type == Linux.RTA_GATEWAY()) {
                    gateway = attributes.address();
                } else if (type == Linux.RTA_VIA()) {
                    gateway = via(attributes.value());
                } else if (type == Linux.RTA_PREFSRC()) {
                    source = attributes.address();
                } else if (type == Linux.RTA_PRIORITY()) {
                    metric = attributes.intOr(0);
                } else if (type == Linux.RTA_TABLE()) {
                    table = attributes.intOr(table);
                } else if (type == Linux.RTA_MULTIPATH()) {
                    readFirstHop(attributes.value());
                }
            }
        }

        private void readFirstHop(MemorySegment hops) {
            if (hops.byteSize() < HOP_BYTES) {
                return;
            }
            linkIndex = hops.get(NATIVE_INT, HOP_INDEX_OFFSET);
            long length = Short.toUnsignedLong(hops.get(NATIVE_SHORT, HOP_LENGTH_OFFSET));
            if (length >= HOP_BYTES && length <= hops.byteSize()) {
                Attributes attributes = new Attributes(hops.asSlice(0, length), HOP_BYTES);
                while (attributes.next()) {
                    if (attributes.type() == Linux.RTA_GATEWAY()) {
                        gateway = attributes.address();
                    } else if (attributes.type() == Linux.RTA_VIA()) {
                        gateway = via(attributes.value());
                    }
                }
            }
        }

        private static InetAddress via(MemorySegment value) {
            return value.byteSize() < VIA_FAMILY_BYTES
                    ? null
                    : IpText.address(value.asSlice(VIA_FAMILY_BYTES).toArray(BYTE));
        }
    }
}
