package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Everything through the tunnel, with a small internet round it.
 *
 * <pre>
 *   laptop                 router                      server 203.0.113.10, fd03::10
 *   192.168.5.2  eth0 ===== lan   wan ================ eth0 [tunnel]
 *   fd05::2                       net ================ eth0 public 198.51.100.7, fd06::7
 *   192.168.6.1  eth1 ===== eth0 printer 192.168.6.9
 * </pre>
 *
 * The router counts what the laptop sends past the tunnel.
 */
@NamespaceTest
final class FullTunnelTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** A name is asked for again 30 s after the last time, when the peer is silent by then. */
    private static final Duration MOVED = Duration.ofSeconds(80);

    private static final String PUBLIC = "198.51.100.7";
    private static final String PUBLIC6 = "fd06::7";
    private static final String ENDPOINT = "203.0.113.10:51820";
    private static final String OWN_DNS = "# mine\nnameserver 192.168.5.1\noptions edns0\n";
    private static final Pattern PACKETS = Pattern.compile("counter packets (\\d+)");

    @AutoClose private final Lab lab = new Lab();
    private final Keys laptopKeys = Keys.generate();
    private final Keys serverKeys = Keys.generate();
    private Namespace laptop;
    private Namespace router;
    private Namespace server;
    private Namespace open;
    private WrittenNode exit;
    private Set<String> policy;
    private String sysctls;

    @BeforeEach
    void smallInternet() {
        laptop = lab.namespace("l");
        router = lab.namespace("r");
        server = lab.namespace("s");
        open = lab.namespace("p");
        Namespace printer = lab.namespace("d");
        lab.link(laptop, "eth0", router, "lan");
        lab.link(laptop, "eth1", printer, "eth0");
        lab.link(router, "wan", server, "eth0");
        lab.link(router, "net", open, "eth0");
        router.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        router.address("lan", "192.168.5.1/24", "fd05::1/64")
                .address("wan", "203.0.113.1/24", "fd03::1/64")
                .address("net", "198.51.100.1/24", "fd06::1/64");
        router.run("nft", "add table inet count");
        router.run("nft", "add chain inet count f { type filter hook forward priority 0 ; }");
        String past = "add rule inet count f iifname lan oifname net counter";
        router.run("nft", past);
        printer.address("eth0", "192.168.6.9/24");
        laptop.address("eth1", "192.168.6.1/24").address("eth0", "192.168.5.2/24", "fd05::2/64");
        laptop.route("default", "192.168.5.1").route("::/0", "fd05::1");
        server.address("eth0", "203.0.113.10/24", "fd03::10/64");
        server.route("default", "203.0.113.1").route("::/0", "fd03::1");
        open.address("eth0", PUBLIC + "/24", PUBLIC6 + "/64");
        open.route("default", "198.51.100.1").route("::/0", "fd06::1");
        laptop.resolvConf(OWN_DNS);
        // A strict check of the reverse path is the harder case.
        laptop.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
        exit =
                new WrittenNode(
                        server,
                        """
                        [interface]
                        tun_name = "$TUN"
                        vip = ["10.77.0.2/24", "fd77::2/64"]
                        private_key = "%s"
                        [gateway]
                        masquerade = ["eth0"]
                        [[peers]]
                        public_key = "%s"
                        vip = ["10.77.0.1", "fd77::1"]
                        """
                                .formatted(serverKeys.privateKey(), laptopKeys.publicKey()));
        policy = laptop.policy();
        sysctls = laptop.run("sysctl", "net.ipv4", "net.ipv6").output();
    }

    private WrittenNode client(String endpoint, String more) {
        return new WrittenNode(
                laptop,
                """
                [interface]
                mode = "client"
                tun_name = "$TUN"
                vip = ["10.77.0.1/24", "fd77::1/64"]
                private_key = "%s"
                %s
                [[peers]]
                public_key = "%s"
                vip = ["10.77.0.2", "fd77::2"]
                endpoint = "%s"
                allowed_ips = ["0.0.0.0/0", "::/0"]
                """
                        .formatted(
                                laptopKeys.privateKey(), more, serverKeys.publicKey(), endpoint));
    }

    private long pastTheTunnel() {
        Matcher count =
                PACKETS.matcher(router.run("nft", "list", "table", "inet", "count").output());
        assertTrue(count.find());
        return Long.parseLong(count.group(1));
    }

    private void carriesAll(long countBefore) {
        Ping.await(laptop, PUBLIC, SOON);
        Ping.await(laptop, PUBLIC6, SOON);
        assertEquals(countBefore, pastTheTunnel(), "packets beside the tunnel");
        for (String local : Set.of("192.168.6.9", "192.168.5.1", "fd05::1")) {
            assertTrue(Ping.answers(laptop, local), local);
        }
    }

    private void isAsBefore() {
        assertEquals(policy, laptop.policy());
        assertEquals(Set.of(), laptop.firewallTables());
        assertEquals(OWN_DNS, laptop.resolvConf());
        assertEquals(sysctls, laptop.run("sysctl", "net.ipv4", "net.ipv6").output());
    }

    @Test
    void everythingButLocalNetworksGoesThrough() {
        assertTrue(Ping.answers(laptop, PUBLIC));
        long before = pastTheTunnel();
        assertNotEquals(0, before);
        exit.start();
        WrittenNode client =
                client(ENDPOINT, "dns = [\"10.77.0.2\", \"fd77::2\"]\ndns_search = \"corp.test\"")
                        .start();
        carriesAll(before);
        assertEquals(
                "nameserver 10.77.0.2\nnameserver fd77::2\nsearch corp.test\noptions edns0\n",
                laptop.resolvConf().replaceAll("#.*\n", ""));
        Outcome end = client.terminate();
        assertEquals(0, end.exit(), end::output);
        isAsBefore();
        assertTrue(Ping.answers(laptop, PUBLIC));
        assertTrue(pastTheTunnel() > before);
    }

    /** The tunnel's own datagrams do not enter it, be they IPv6 either. */
    @Test
    void anEndpointIsReachedOverIpv6Too() {
        exit.start();
        WrittenNode client = client("[fd03::10]:51820", "fwmark = 0x77\ntable = 777").start();
        carriesAll(pastTheTunnel());
        assertTrue(laptop.policy().stream().anyMatch(it -> it.contains("fwmark 0x77 lookup 777")));
        assertEquals(0, client.terminate().exit(), client::log);
        isAsBefore();
    }

    /**
     * Who answers for names is beyond the tunnel, and inside it are those whom the machine asks. So
     * the name of the other end is asked for past it, when it is not up yet and when that end is
     * somewhere else.
     */
    @Test
    void anEndpointByNameIsFoundWhileTheTunnelIsDown() {
        laptop.resolvConf("nameserver " + PUBLIC + "\n");
        try (NameServer names = new NameServer(open, "203.0.113.10")) {
            exit.start();
            WrittenNode client = client("vpn.taltun.test:51820", "dns = \"10.77.0.2\"").start();
            Ping.await(laptop, PUBLIC, SOON);
            carriesAll(pastTheTunnel());
            // The server forgets where the client is, or it would call from its new address.
            exit.kill();
            server.removeAddress("eth0", "203.0.113.10/24");
            server.address("eth0", "203.0.113.20/24").route("default", "203.0.113.1");
            names.moveTo("203.0.113.20");
            exit.start();
            Ping.await(laptop, PUBLIC, MOVED);
            carriesAll(pastTheTunnel());
            assertEquals(Set.of("vpn.taltun.test."), names.asked());
            assertEquals(0, client.terminate().exit(), client::log);
        }
    }

    @Test
    void aKilledOneIsClearedUpByTheNext() {
        exit.start();
        WrittenNode client = client(ENDPOINT, "dns = \"10.77.0.2\"").start();
        client.kill();
        assertNotEquals(OWN_DNS, laptop.resolvConf());
        assertNotEquals(policy, laptop.policy());
        // Without the interface the rules lead nowhere, so the machine is not cut off.
        Await.until("the way past the tunnel", SOON, () -> Ping.answers(laptop, PUBLIC));
        WrittenNode next = client(ENDPOINT, "dns = \"10.77.0.2\"").start();
        carriesAll(pastTheTunnel());
        assertEquals(0, next.terminate().exit(), next::log);
        isAsBefore();
    }

    /**
     * What a power cut leaves, or a namespace's end: /run is new, the name servers' file is not.
     */
    @Test
    void nameServersComeBackThoughTheJournalIsLost() {
        WrittenNode client = client(ENDPOINT, "dns = \"10.77.0.2\"").start();
        client.kill();
        laptop.run("sh", "-c", "rm /run/taltun/*/" + client.device() + ".*");
        assertNotEquals(OWN_DNS, laptop.resolvConf());
        client(ENDPOINT, "").start();
        assertEquals(OWN_DNS, laptop.resolvConf());
    }

    /** Each has a table and rules of its own, and whichever ends first takes its own along. */
    @Test
    void twoTunnelsDoNotMeet() {
        exit.start();
        WrittenNode first = client(ENDPOINT, "dns = \"10.77.0.2\"").start();
        WrittenNode second =
                new WrittenNode(
                        laptop,
                        """
                        [interface]
                        mode = "client"
                        tun_name = "$TUN"
                        vip = "10.79.0.1/24"
                        private_key = "%s"
                        dns = "10.79.0.2"
                        [[peers]]
                        public_key = "%s"
                        vip = "10.79.0.2"
                        endpoint = "203.0.113.99:51820"
                        allowed_ips = ["0.0.0.0/0"]
                        """
                                .formatted(
                                        Keys.generate().privateKey(), Keys.generate().publicKey()));
        second.start();
        assertEquals(0, first.terminate().exit(), first::log);
        assertTrue(laptop.resolvConf().contains("10.79.0.2"));
        assertEquals(0, second.terminate().exit(), second::log);
        isAsBefore();
    }

    @Test
    void halfATunnelSaysSo() {
        WrittenNode half =
                new WrittenNode(
                                laptop,
                                """
                                [interface]
                                tun_name = "$TUN"
                                vip = "10.77.0.1/24"
                                private_key = "%s"
                                [[peers]]
                                public_key = "%s"
                                vip = "10.77.0.2"
                                allowed_ips = ["0.0.0.0/0"]
                                """
                                        .formatted(laptopKeys.privateKey(), serverKeys.publicKey()))
                        .start();
        assertTrue(half.log().contains("IPv6 leaves beside it, unprotected"), half::log);
    }

    /**
     * Where systemd-resolved answers the machine's questions, it is told and no file is touched.
     */
    @Test
    void systemdResolvedIsTold() {
        String stub = "nameserver 127.0.0.53\n";
        laptop.resolvConf(stub);
        Path told = lab.write("told", "");
        Path program = lab.write("resolvectl", "#!/bin/sh\necho \"$@\" >> " + told + "\n");
        assertTrue(program.toFile().setExecutable(true));
        WrittenNode client =
                client(ENDPOINT, "dns = \"10.77.0.2\"\ndns_search = \"corp.test\"")
                        .path(program.getParent().toString())
                        .start();
        String device = client.device();
        assertEquals(
                "dns " + device + " 10.77.0.2\ndomain " + device + " corp.test ~.\n",
                laptop.run("cat", told.toString()).output() + "\n");
        assertEquals(stub, laptop.resolvConf());
        assertEquals(0, client.terminate().exit(), client::log);
        assertEquals(stub, laptop.resolvConf());
    }
}
