package dev.taltun.io.netlink;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.IpText;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** {@link Netlink} by a routing netlink socket (rtnetlink(7)); needs CAP_NET_ADMIN to change. */
public final class LinuxNetlink implements Netlink {
    /** How often a dump is asked for again when the table changed meanwhile. */
    private static final int DUMP_ATTEMPTS = 10;

    private static final Consumer<Messages> IGNORED = messages -> {};

    private final NetlinkSocket socket;

    private LinuxNetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens a socket in the network namespace of the calling thread; needs no privilege. */
    public static LinuxNetlink open() throws NetlinkException {
        return new LinuxNetlink(NetlinkSocket.open());
    }

    @Override
    public Link link(String name) throws NetlinkException {
        String doing = "looking for interface " + name;
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes >= Linux.IFNAMSIZ() || name.indexOf('\0') >= 0) {
            throw Operation.FIND_LINK.failed(doing, Reply.failed(Errno.EINVAL));
        }
        LinkMessage.writeFind(socket.request(), name);
        List<Link> found = new ArrayList<>();
        Reply reply = socket.transact(collect(found, Linux.RTM_NEWLINK(), LinkMessage::parse));
        if (!reply.isDone()) {
            throw Operation.FIND_LINK.failed(doing, reply);
        }
        if (found.isEmpty()) {
            throw Operation.FIND_LINK.failed(doing, Reply.failed(Errno.ENODEV));
        }
        return found.getFirst();
    }

    @Override
    public List<Link> links() throws NetlinkException {
        return list("interfaces", LinkMessage::writeList, Linux.RTM_NEWLINK(), LinkMessage::parse);
    }

    @Override
    public void setMtu(Link link, int mtu) throws NetlinkException {
        LinkMessage.writeSet(socket.request(), link.index()).putInt(Linux.IFLA_MTU(), mtu);
        execute(Operation.SET_MTU, "setting MTU " + mtu + " on " + link.name());
    }

    @Override
    public void setTxQueueLength(Link link, int packets) throws NetlinkException {
        LinkMessage.writeSet(socket.request(), link.index()).putInt(Linux.IFLA_TXQLEN(), packets);
        execute(
                Operation.SET_LINK,
                "setting transmit queue length " + packets + " on " + link.name());
    }

    @Override
    public void setMaxSegments(Link link, int segments) throws NetlinkException {
        LinkMessage.writeSet(socket.request(), link.index())
                .putInt(Linux.IFLA_GSO_MAX_SEGS(), segments);
        execute(
                Operation.SET_LINK,
                "setting " + segments + " segments a super-packet on " + link.name());
    }

    @Override
    public void setUp(Link link) throws NetlinkException {
        LinkMessage.writeFlags(socket.request(), link.index(), Linux.IFF_UP(), Linux.IFF_UP());
        execute(Operation.SET_LINK, "bringing up " + link.name());
    }

    @Override
    public void setDown(Link link) throws NetlinkException {
        LinkMessage.writeFlags(socket.request(), link.index(), 0, Linux.IFF_UP());
        execute(Operation.SET_LINK, "taking down " + link.name());
    }

    @Override
    public void disableLinkLocal(Link link) throws NetlinkException {
        LinkMessage.writeAddressGeneration(
                socket.request(), link.index(), Linux.IN6_ADDR_GEN_MODE_NONE());
        execute(Operation.SET_LINK, "disabling link-local addresses on " + link.name());
    }

    @Override
    public void deleteLink(Link link) throws NetlinkException {
        LinkMessage.writeDelete(socket.request(), link.index());
        execute(Operation.DELETE_LINK, "deleting interface " + link.name());
    }

    @Override
    public void addAddress(Link link, InetAddress address, int prefixLength)
            throws NetlinkException {
        Route.checkPrefix(address, prefixLength);
        AddressMessage.writeAdd(socket.request(), link.index(), address, prefixLength);
        execute(
                isIpv4(address) ? Operation.ADD_ADDRESS : Operation.ADD_ADDRESS6,
                "setting " + IpText.prefix(address, prefixLength) + " on " + link.name());
    }

    @Override
    public void deleteAddress(Link link, InetAddress address, int prefixLength)
            throws NetlinkException {
        Route.checkPrefix(address, prefixLength);
        AddressMessage.writeDelete(socket.request(), link.index(), address, prefixLength);
        execute(
                Operation.DELETE_ADDRESS,
                "removing " + IpText.prefix(address, prefixLength) + " from " + link.name());
    }

    @Override
    public List<LinkAddress> addresses() throws NetlinkException {
        return list(
                "addresses", AddressMessage::writeList, Linux.RTM_NEWADDR(), AddressMessage::parse);
    }

    @Override
    public void addRoute(Route route) throws NetlinkException {
        RouteMessage.writeAdd(socket.request(), route, false);
        changeRoute("adding", route);
    }

    @Override
    public void replaceRoute(Route route) throws NetlinkException {
        RouteMessage.writeAdd(socket.request(), route, true);
        changeRoute("setting", route);
    }

    @Override
    public void deleteRoute(Route route) throws NetlinkException {
        RouteMessage.writeDelete(socket.request(), route);
        Reply reply = socket.transact(IGNORED);
        if (!reply.isDone()) {
            throw Operation.DELETE_ROUTE.failed("deleting " + describe(route), reply);
        }
    }

    @Override
    public List<Route> routes() throws NetlinkException {
        return list("routes", RouteMessage::writeList, Linux.RTM_NEWROUTE(), RouteMessage::parse);
    }

    @Override
    public void addRule(Rule rule) throws NetlinkException {
        RuleMessage.writeAdd(socket.request(), rule);
        execute(Operation.ADD_RULE, "adding " + describe(rule));
    }

    @Override
    public void deleteRule(Rule rule) throws NetlinkException {
        RuleMessage.writeDelete(socket.request(), rule);
        execute(Operation.DELETE_RULE, "deleting " + describe(rule));
    }

    @Override
    public List<Rule> rules() throws NetlinkException {
        return list("rules", RuleMessage::writeList, Linux.RTM_NEWRULE(), RuleMessage::parse);
    }

    @Override
    public void close() {
        socket.close();
    }

    private void changeRoute(String verb, Route route) throws NetlinkException {
        Reply reply = socket.transact(IGNORED);
        if (!reply.isDone()) {
            Operation operation =
                    isIpv4(route.destination()) ? Operation.ADD_ROUTE : Operation.ADD_ROUTE6;
            throw operation.failed(verb + " " + describe(route), reply);
        }
    }

    /** Sends the request that was just written. */
    private void execute(Operation operation, String doing) throws NetlinkException {
        Reply reply = socket.transact(IGNORED);
        if (!reply.isDone()) {
            throw operation.failed(doing, reply);
        }
    }

    private <T> List<T> list(
            String what, Consumer<Request> write, int messageType, Function<MemorySegment, T> parse)
            throws NetlinkException {
        for (int attempt = 1; ; attempt++) {
            write.accept(socket.request());
            List<T> found = new ArrayList<>();
            Reply reply = socket.transact(collect(found, messageType, parse));
            if (!reply.isDone()) {
                throw Operation.LIST.failed("listing " + what, reply);
            }
            // After so many changes a list with a hole is the best there is.
            if (!reply.interrupted() || attempt == DUMP_ATTEMPTS) {
                return List.copyOf(found);
            }
        }
    }

    private static <T> Consumer<Messages> collect(
            List<T> found, int messageType, Function<MemorySegment, T> parse) {
        return messages -> {
            T item = messages.type() == messageType ? parse.apply(messages.body()) : null;
            if (item != null) {
                found.add(item);
            }
        };
    }

    private String describe(Route route) {
        StringBuilder text = new StringBuilder("route ");
        text.append(IpText.prefix(route.destination(), route.prefixLength()));
        if (route.gateway() != null) {
            text.append(" via ").append(IpText.text(route.gateway()));
        }
        if (route.linkIndex() != 0) {
            text.append(" on ").append(nameOf(route.linkIndex()));
        }
        if (route.table() != Route.MAIN_TABLE) {
            text.append(" in table ").append(Integer.toUnsignedString(route.table()));
        }
        return text.toString();
    }

    private static String describe(Rule rule) {
        return "%s rule %s for table %s"
                .formatted(
                        rule.ipv6() ? "IPv6" : "IPv4",
                        Integer.toUnsignedString(rule.priority()),
                        Integer.toUnsignedString(rule.table()));
    }

    private String nameOf(int linkIndex) {
        try {
            return links().stream()
                    .filter(link -> link.index() == linkIndex)
                    .map(Link::name)
                    .findFirst()
                    .orElse("interface " + linkIndex);
        } catch (NetlinkException e) {
            return "interface " + linkIndex; // it only decorates the error that is being told
        }
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
