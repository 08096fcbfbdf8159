package dev.taltun.io.netlink;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.testing.NetworkNamespace;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Against the real kernel, in a namespace of its own, checked with iproute2. */
@Tag("namespace")
class LinuxNetlinkTest {
    private static final String NAME = "taltun0";

    /** Test code that gets a netlink socket and a TUN interface called taltun0, still down. */
    private interface Body {
        void run(Netlink netlink, Link link) throws Throwable;
    }

    private static void withTun(Body body) {
        NetworkNamespace.run(
                () -> {
                    sh("ip tuntap add mode tun name " + NAME);
                    try (Netlink netlink = LinuxNetlink.open()) {
                        body.run(netlink, netlink.link(NAME));
                    }
                });
    }

    @Test
    void readsLinks() {
        withTun(
                (netlink, link) -> {
                    assertEquals(NAME, link.name());
                    assertEquals("tun", link.kind());
                    assertEquals(1500, link.mtu());
                    assertFalse(link.isUp());
                    assertFalse(link.isLoopback());
                    List<Link> links = netlink.links();
                    assertEquals(List.of("lo", NAME), links.stream().map(Link::name).toList());
                    assertTrue(links.getFirst().isLoopback());
                    assertEquals(link, links.getLast());
                });
    }

    @Test
    void addsListsAndDeletesRules() {
        withTun(
                (netlink, link) -> {
                    List<Rule> before = netlink.rules();
                    for (boolean ipv6 : List.of(false, true)) {
                        Rule unmarked = new Rule(ipv6, 32765, 0xca6c, true, 51820, Rule.NONE, 122);
                        Rule specific = new Rule(ipv6, 32764, 0, false, 254, 0, 122);
                        netlink.addRule(unmarked);
                        netlink.addRule(specific);
                        assertTrue(netlink.rules().containsAll(List.of(unmarked, specific)));
                        String shown = sh("ip " + (ipv6 ? "-6" : "-4") + " rule");
                        assertTrue(
                                shown.contains("not from all fwmark 0xca6c lookup 51820 proto 122"),
                                shown);
                        assertTrue(
                                shown.contains("lookup main suppress_prefixlength 0 proto 122"),
                                shown);
                        assertEquals(Errno.EEXIST, errnoOf(() -> netlink.addRule(unmarked)));
                        netlink.deleteRule(unmarked);
                        netlink.deleteRule(specific);
                        assertEquals(Errno.ENOENT, errnoOf(() -> netlink.deleteRule(unmarked)));
                    }
                    assertEquals(before, netlink.rules());
                    assertEquals(5, before.size());
                });
    }

    @Test
    void changesLinks() {
        withTun(
                (netlink, link) -> {
                    netlink.setMtu(link, 1420);
                    netlink.setTxQueueLength(link, 1000);
                    netlink.disableLinkLocal(link);
                    netlink.setUp(link);
                    Link changed = netlink.link(NAME);
                    assertEquals(1420, changed.mtu());
                    assertEquals(1000, changed.txQueueLength());
                    assertTrue(changed.isUp());
                    String shown = sh("ip -d link show " + NAME);
                    assertTrue(shown.contains("mtu 1420"), shown);
                    assertTrue(shown.contains("qlen 1000"), shown);
                    assertTrue(shown.contains("addrgenmode none"), shown);
                    assertTrue(shown.contains(",UP"), shown);

                    netlink.setDown(link);
                    assertFalse(netlink.link(NAME).isUp());
                    netlink.deleteLink(link);
                    assertEquals(Errno.ENODEV, errnoOf(() -> netlink.link(NAME)));
                    assertFalse(sh("ip link").contains(NAME));
                });
    }

    @Test
    void addsListsAndDeletesAddresses() {
        withTun(
                (netlink, link) -> {
                    netlink.disableLinkLocal(link);
                    netlink.addAddress(link, ip("10.100.0.1"), 24);
                    netlink.addAddress(link, ip("fd00:100::1"), 64);
                    netlink.setUp(link);
                    String shown = sh("ip -br address show " + NAME);
                    assertTrue(shown.contains("10.100.0.1/24"), shown);
                    assertTrue(shown.contains("fd00:100::1/64"), shown);
                    List<LinkAddress> added = addressesOf(netlink, link);
                    assertEquals(2, added.size());
                    assertEquals(ip("10.100.0.1"), added.getFirst().address());
                    assertEquals(24, added.getFirst().prefixLength());
                    assertEquals(ip("fd00:100::1"), added.getLast().address());
                    assertEquals(64, added.getLast().prefixLength());
                    assertEquals(Linux.RT_SCOPE_UNIVERSE(), added.getLast().scope());

                    netlink.deleteAddress(link, ip("10.100.0.1"), 24);
                    netlink.deleteAddress(link, ip("fd00:100::1"), 64);
                    assertEquals(List.of(), addressesOf(netlink, link));
                });
    }

    @Test
    void ipv6AddressesAreUsableAtOnceWhereDuplicatesAreLookedFor() {
        withTun(
                (netlink, tun) -> {
                    sh("ip link add v0 type veth peer name v1 && ip link set v1 up");
                    Link veth = netlink.link("v0");
                    netlink.setUp(veth);
                    netlink.addAddress(veth, ip("fd00:100::2"), 64);
                    LinkAddress added =
                            addressesOf(netlink, veth).stream()
                                    .filter(a -> a.prefixLength() == 64)
                                    .filter(a -> a.scope() == Linux.RT_SCOPE_UNIVERSE())
                                    .findFirst()
                                    .orElseThrow();
                    assertTrue(added.isUsable(), added.toString());
                    assertTrue((added.flags() & Linux.IFA_F_NODAD()) != 0);
                });
    }

    @Test
    void addsListsReplacesAndDeletesRoutes() {
        withTun(
                (netlink, link) -> {
                    netlink.disableLinkLocal(link);
                    netlink.setUp(link);
                    Route v4 = Route.through(link, ip("192.168.50.0"), 24);
                    Route v6 = Route.through(link, ip("fd00:50::"), 48).withMetric(5);
                    Route inTable = Route.through(link, ip("0.0.0.0"), 0).withTable(51820);
                    for (Route route : List.of(v4, v6, inTable)) {
                        netlink.addRoute(route);
                        assertTrue(netlink.routes().contains(route), route.toString());
                    }
                    assertTrue(inTable.isDefault());
                    String shown =
                            sh("ip route show table all dev taltun0; ip -6 route show dev taltun0");
                    assertTrue(shown.contains("192.168.50.0/24 proto static scope link"), shown);
                    assertTrue(shown.contains("default table 51820 proto static"), shown);
                    assertTrue(shown.contains("fd00:50::/48 proto static metric 5"), shown);

                    assertEquals(Errno.EEXIST, errnoOf(() -> netlink.addRoute(v4)));
                    netlink.addAddress(link, ip("10.100.0.1"), 24);
                    netlink.replaceRoute(v4.withSource(ip("10.100.0.1")));
                    assertFalse(netlink.routes().contains(v4));
                    for (Route route : List.of(v4, v6, inTable)) {
                        netlink.deleteRoute(route);
                    }
                    assertEquals(0, staticRoutesOf(netlink, link).count());
                    assertEquals(Errno.ESRCH, errnoOf(() -> netlink.deleteRoute(v4)));
                });
    }

    @Test
    void routesByWayOfGatewaysOfEitherFamily() {
        withTun(
                (netlink, link) -> {
                    netlink.setUp(link);
                    netlink.addAddress(link, ip("10.100.0.1"), 24);
                    netlink.addAddress(link, ip("fd00:100::1"), 64);
                    Route v4 = Route.through(link, ip("172.16.0.0"), 12);
                    Route[] routes = {
                        v4.withGateway(ip("10.100.0.2")),
                        v4.withGateway(ip("fd00:100::2")).withMetric(2),
                        Route.through(link, ip("fd00:60::"), 48)
                                .withGateway(ip("fd00:100::2"))
                                .withMetric(3),
                    };
                    for (Route route : routes) {
                        netlink.addRoute(route);
                        assertTrue(netlink.routes().contains(route), netlink.routes().toString());
                        netlink.deleteRoute(route);
                        assertFalse(netlink.routes().contains(route), route.toString());
                    }
                });
    }

    @Test
    void readsMultipathAndBlackholeRoutesOfOthers() {
        withTun(
                (netlink, link) -> {
                    netlink.setUp(link);
                    netlink.addAddress(link, ip("10.100.0.1"), 24);
                    sh(
                            "ip route add 172.16.0.0/16 nexthop via 10.100.0.2 nexthop via"
                                    + " 10.100.0.3 && ip route add blackhole 172.17.0.0/16");
                    Route multipath = routeTo(netlink, "172.16.0.0");
                    assertEquals(ip("10.100.0.2"), multipath.gateway());
                    assertEquals(link.index(), multipath.linkIndex());
                    Route blackhole = routeTo(netlink, "172.17.0.0");
                    assertEquals(Linux.RTN_BLACKHOLE(), blackhole.type());
                    assertEquals(0, blackhole.linkIndex());
                });
    }

    @Test
    void dumpsOfManyDatagramsAreComplete() {
        withTun(
                (netlink, link) -> {
                    netlink.setUp(link);
                    for (int i = 0; i < 3000; i++) {
                        byte[] address = {10, 1, (byte) (i >> 8), (byte) i};
                        netlink.addRoute(
                                Route.through(link, InetAddress.getByAddress(address), 32));
                    }
                    long found =
                            staticRoutesOf(netlink, link)
                                    .filter(r -> r.prefixLength() == 32)
                                    .count();
                    assertEquals(3000, found);
                });
    }

    @Test
    void errorsNameTheThingAndTheRemedy() {
        withTun(
                (netlink, link) -> {
                    netlink.addAddress(link, ip("10.100.0.1"), 24);
                    failsLike(
                            () -> netlink.addAddress(link, ip("10.100.0.1"), 24),
                            "setting 10.100.0.1/24 on taltun0: address exists already.*; remove"
                                    + " it with 'ip address del' or choose another one");
                    failsLike(
                            () -> netlink.deleteAddress(link, ip("10.0.0.9"), 24),
                            "removing 10.0.0.9/24 from taltun0: no such address.*; compare.*");
                    failsLike(
                            () -> netlink.addRoute(Route.through(link, ip("10.0.0.0"), 24)),
                            "adding route 10.0.0.0/24 on taltun0: network is down.*; bring the"
                                    + " interface up first");
                    netlink.setUp(link);
                    failsLike(
                            () -> netlink.addRoute(Route.through(link, ip("10.0.0.1"), 24)),
                            "adding route 10.0.0.1/24 on taltun0: invalid argument.*; the prefix"
                                    + " must have no bits set behind its length.*");
                    failsLike(
                            () ->
                                    netlink.addRoute(
                                            Route.through(link, ip("10.7.0.0"), 24)
                                                    .withGateway(ip("192.0.2.1"))
                                                    .withTable(77)),
                            "adding route 10.7.0.0/24 via 192.0.2.1 on taltun0 in table 77: network"
                                    + " is unreachable \\(kernel: Nexthop has invalid gateway\\);"
                                    + " the gateway must lie in a network the interface has an"
                                    + " address of");
                    failsLike(
                            () -> netlink.setMtu(link, 70000),
                            "setting MTU 70000 on taltun0: invalid argument \\(kernel: mtu greater"
                                    + " than device maximum\\); use an MTU of 576 to 65535");
                    failsLike(
                            () -> netlink.link("nosuch0"),
                            "looking for interface nosuch0: no such interface; check its name with"
                                    + " 'ip link'");
                    failsLike(
                            () -> netlink.link("sixteen-letters-"),
                            "looking for interface sixteen-letters-: invalid argument; an interface"
                                    + " name has 1 to 15 characters.*");
                    netlink.deleteLink(link);
                    failsLike(
                            () -> netlink.setUp(link),
                            "bringing up taltun0: no such interface; check its name with 'ip link'");
                });
    }

    @Test
    void disabledIpv6IsNamedAsTheCause() {
        withTun(
                (netlink, link) -> {
                    sh("echo 1 > /proc/sys/net/ipv6/conf/taltun0/disable_ipv6");
                    netlink.setUp(link);
                    failsLike(
                            () -> netlink.addAddress(link, ip("fd00:100::1"), 64),
                            "setting fd00:100::1/64 on taltun0: IPv6 is disabled on the"
                                    + " interface.*; set sysctl net.ipv6.conf.*");
                });
    }

    @Test
    void smallMtuIsNamedAsTheCauseOfAnIpv6Refusal() {
        withTun(
                (netlink, link) -> {
                    netlink.setMtu(link, 1000);
                    failsLike(
                            () -> netlink.addAddress(link, ip("fd00:100::1"), 64),
                            "setting fd00:100::1/64 on taltun0: .*IPv6 needs an MTU of 1280 or"
                                    + " more");
                });
    }

    private static void failsLike(Executable executable, String pattern) {
        String message = assertThrows(NetlinkException.class, executable).getMessage();
        assertTrue(message.matches(pattern), message);
        assertEquals(1, message.lines().count());
    }

    private static int errnoOf(Executable executable) {
        return assertThrows(NetlinkException.class, executable).errno();
    }

    private static List<LinkAddress> addressesOf(Netlink netlink, Link link)
            throws NetlinkException {
        return netlink.addresses().stream().filter(a -> a.linkIndex() == link.index()).toList();
    }

    private static Stream<Route> staticRoutesOf(Netlink netlink, Link link)
            throws NetlinkException {
        return netlink.routes().stream()
                .filter(r -> r.linkIndex() == link.index())
                .filter(r -> r.protocol() == Linux.RTPROT_STATIC());
    }

    private static Route routeTo(Netlink netlink, String destination) throws Exception {
        InetAddress wanted = ip(destination);
        return netlink.routes().stream()
                .filter(r -> r.destination().equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    private static InetAddress ip(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }
}
