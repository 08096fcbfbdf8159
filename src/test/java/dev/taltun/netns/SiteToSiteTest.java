package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two networks joined by their gateways, which forward by themselves.
 *
 * <pre>
 *   here            west                                east            there
 *   10.1.0.2        10.1.0.1  10.77.0.1   10.77.0.2     10.2.0.1        10.2.0.2
 *   fd01::2         fd01::1   fd77::1       fd77::2     fd02::1         fd02::2
 *   eth0 ====== lan [tunnel] wan ========= wan [tunnel] lan ====== eth0
 *                            172.31.9.1    172.31.9.2
 * </pre>
 */
@NamespaceTest
final class SiteToSiteTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HERE = "10.1.0.2";
    private static final String THERE = "10.2.0.2";
    private static final String THERE6 = "fd02::2";

    @AutoClose private final Lab lab = new Lab();
    private final Keys westKeys = Keys.generate();
    private final Keys eastKeys = Keys.generate();
    private Namespace here;
    private Namespace west;
    private Namespace east;
    private Namespace there;

    @BeforeEach
    void twoNetworks() {
        here = lab.namespace("h");
        west = lab.namespace("w");
        east = lab.namespace("e");
        there = lab.namespace("t");
        lab.link(here, "eth0", west, "lan");
        lab.link(west, "wan", east, "wan");
        lab.link(east, "lan", there, "eth0");
        here.address("eth0", HERE + "/24", "fd01::2/64");
        here.route("default", "10.1.0.1");
        here.route("::/0", "fd01::1");
        there.address("eth0", THERE + "/24", THERE6 + "/64");
        west.address("lan", "10.1.0.1/24", "fd01::1/64").address("wan", "172.31.9.1/24");
        east.address("lan", "10.2.0.1/24", "fd02::1/64").address("wan", "172.31.9.2/24");
    }

    /** Lets the other side's packets find their way back without address translation. */
    private void routeBack() {
        there.route("default", "10.2.0.1");
        there.route("::/0", "fd02::1");
    }

    private WrittenNode west(String gateway) {
        return new WrittenNode(
                west,
                """
                [interface]
                mode = "client"
                tun_name = "$TUN"
                vip = ["10.77.0.1/24", "fd77::1/64"]
                mtu = 1280
                private_key = "%s"
                %s
                [[peers]]
                public_key = "%s"
                vip = ["10.77.0.2", "fd77::2"]
                endpoint = "172.31.9.2:51820"
                allowed_ips = ["10.2.0.0/24", "fd02::/64"]
                """
                        .formatted(westKeys.privateKey(), gateway, eastKeys.publicKey()));
    }

    private WrittenNode east(String gateway) {
        return new WrittenNode(
                east,
                """
                [interface]
                tun_name = "$TUN"
                vip = ["10.77.0.2/24", "fd77::2/64"]
                mtu = 1280
                private_key = "%s"
                %s
                [[peers]]
                public_key = "%s"
                vip = ["10.77.0.1", "fd77::1"]
                allowed_ips = ["10.1.0.0/24", "fd01::/64"]
                """
                        .formatted(eastKeys.privateKey(), gateway, westKeys.publicKey()));
    }

    @Test
    void hostsBehindTheGatewaysReachEachOther() {
        routeBack();
        east("[gateway]\n").start();
        west("[gateway]\n").start();
        Ping.await(here, THERE, SOON);
        Ping.await(here, THERE6, SOON);
        Ping.await(there, HERE, SOON);
    }

    /**
     * Nobody tells the hosts that the tunnel takes less than they send: without the clamp a
     * connection opens and then carries nothing.
     */
    @Test
    void connectionsAreToldTheSizeThatFits() {
        routeBack();
        for (Namespace host : Set.of(here, there)) {
            host.run("nft", "add table inet deaf");
            host.run("nft", "add chain inet deaf in { type filter hook input priority 0 ; }");
            host.run("nft", "add rule inet deaf in icmp type destination-unreachable drop");
            host.run("nft", "add rule inet deaf in icmpv6 type packet-too-big drop");
            host.run("sysctl", "-qw", "net.ipv4.tcp_mtu_probing=0");
        }
        WrittenNode right = east("[gateway]\nmss_clamp = false\n").start();
        WrittenNode left = west("[gateway]\nmss_clamp = false\n").start();
        Ping.await(here, THERE, SOON);
        assertFalse(carries(THERE), "without the clamp");
        assertEquals(0, right.terminate().exit(), right::log);
        assertEquals(0, left.terminate().exit(), left::log);
        east("[gateway]\n").start();
        west("[gateway]\n").start();
        Ping.await(here, THERE, SOON);
        assertTrue(carries(THERE), "with the clamp");
        Ping.await(here, THERE6, SOON);
        assertTrue(carries(THERE6), "with the clamp, IPv6");
    }

    /** Whether a megabyte arrives within a few seconds. */
    private boolean carries(String target) {
        try (Background listener = there.start("iperf3", "-s", "-1", "--forceflush")) {
            listener.awaitLine("Server listening", SOON);
            Outcome outcome =
                    here.attempt(SOON, "timeout", "4", "iperf3", "-c", target, "-n", "1M");
            return outcome.exit() == 0;
        }
    }

    /** The network behind the gateway knows nothing of the tunnel, and need not. */
    @Test
    void masqueradeHidesTheTunnelBehindTheGateway() {
        WrittenNode plain = east("[gateway]\n").start();
        west("").start();
        Ping.await(west, "10.77.0.2", SOON);
        assertFalse(Ping.answers(west, THERE));
        assertEquals(0, plain.terminate().exit(), plain::log);
        east("[gateway]\nmasquerade = \"lan\"\n").start();
        Ping.await(west, THERE, SOON);
        Ping.await(west, THERE6, SOON);
    }

    /** What a gateway changed is as before when it ends, also what only follows from a change. */
    @Test
    void everythingIsAsBefore() {
        east.run("sysctl", "-qw", "net.ipv4.conf.all.accept_redirects=0");
        east.run("sysctl", "-qw", "net.ipv4.conf.wan.forwarding=1");
        east.run("sysctl", "-qw", "net.ipv6.conf.lan.accept_ra=1");
        String before = east.run("sysctl", "net.ipv4", "net.ipv6").output();
        Set<String> policy = east.policy();
        WrittenNode gateway = east("[gateway]\nmasquerade = [\"lan\"]\n").start();
        assertEquals("1", east.sysctl("net.ipv4.ip_forward"));
        assertEquals("1", east.sysctl("net.ipv6.conf.all.forwarding"));
        assertEquals("2", east.sysctl("net.ipv6.conf.lan.accept_ra"));
        assertEquals(Set.of("table inet taltun_" + gateway.device()), east.firewallTables());
        Outcome end = gateway.terminate();
        assertEquals(0, end.exit(), end::output);
        assertEquals(before, east.run("sysctl", "net.ipv4", "net.ipv6").output());
        assertEquals(Set.of(), east.firewallTables());
        assertEquals(policy, east.policy());
    }

    @Test
    void aKilledGatewayIsClearedUpByTheNextEngine() {
        WrittenNode gateway = east("[gateway]\nmasquerade = [\"lan\"]\n").start();
        gateway.kill();
        assertEquals("1", east.sysctl("net.ipv4.ip_forward"));
        assertEquals(1, east.firewallTables().size());
        east("").start();
        assertEquals("0", east.sysctl("net.ipv4.ip_forward"));
        assertEquals("0", east.sysctl("net.ipv6.conf.all.forwarding"));
        assertEquals(Set.of(), east.firewallTables());
    }

    /** The one that ends first leaves the switch to the other, which puts back what was first. */
    @Test
    void twoGatewaysShareTheSwitch() {
        WrittenNode first = east("[gateway]\n").start();
        WrittenNode second =
                new WrittenNode(
                                east,
                                """
                                [interface]
                                tun_name = "$TUN"
                                local_addr = "0.0.0.0:51999"
                                vip = "10.78.0.2/24"
                                private_key = "%s"
                                [gateway]
                                """
                                        .formatted(Keys.generate().privateKey()))
                        .start();
        assertEquals(2, east.firewallTables().size());
        assertEquals(0, first.terminate().exit(), first::log);
        assertEquals("1", east.sysctl("net.ipv4.ip_forward"));
        assertEquals(0, second.terminate().exit(), second::log);
        assertEquals("0", east.sysctl("net.ipv4.ip_forward"));
        assertEquals("0", east.sysctl("net.ipv6.conf.all.forwarding"));
    }
}
