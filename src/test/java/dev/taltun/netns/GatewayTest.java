package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A gateway one of whose peers takes everything: the other peers' way to the gateway's own networks
 * leads there, and their way to all the rest to that peer.
 *
 * <pre>
 *   laptop 10.77.0.3               gateway 10.77.0.1             exit 10.77.0.2, fd77::2
 *   203.0.113.3 eth0 ============= lap  wan ==================== eth0 203.0.114.2
 *                        lan 192.168.50.1, fd50::1               net 198.51.100.1, fd06::1
 *                         |    lan2 (later) 192.168.60.1          |
 *                        desk 192.168.50.10, fd50::10            public 198.51.100.7, fd06::7
 *                        desk2 192.168.60.10
 * </pre>
 */
@NamespaceTest
final class GatewayTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> DESK = List.of("192.168.50.10", "fd50::10");
    private static final List<String> PUBLIC = List.of("198.51.100.7", "fd06::7");
    private static final String GATEWAY_OUTSIDE = "203.0.114.1";

    @AutoClose private final Lab lab = new Lab();
    private final Keys laptopKeys = Keys.generate();
    private final Keys gatewayKeys = Keys.generate();
    private final Keys exitKeys = Keys.generate();
    private Namespace laptop;
    private Namespace gateway;
    private Namespace exit;
    private Namespace desk;

    @BeforeEach
    void network() {
        laptop = lab.namespace("l");
        gateway = lab.namespace("g");
        exit = lab.namespace("e");
        desk = lab.namespace("d");
        Namespace open = lab.namespace("p");
        lab.link(laptop, "eth0", gateway, "lap");
        lab.link(gateway, "wan", exit, "eth0");
        lab.link(gateway, "lan", desk, "eth0");
        lab.link(exit, "net", open, "eth0");
        laptop.address("eth0", "203.0.113.3/24");
        gateway.address("lap", "203.0.113.1/24")
                .address("wan", GATEWAY_OUTSIDE + "/24")
                .address("lan", "192.168.50.1/24", "fd50::1/64");
        exit.address("eth0", "203.0.114.2/24").address("net", "198.51.100.1/24", "fd06::1/64");
        open.address("eth0", PUBLIC.get(0) + "/24", PUBLIC.get(1) + "/64");
        desk.address("eth0", DESK.get(0) + "/24", DESK.get(1) + "/64");
    }

    private WrittenNode node(Namespace host, String vip, Keys keys, String rest) {
        return new WrittenNode(
                host,
                """
                [interface]
                mode = "%s"
                relay = true
                tun_name = "$TUN"
                vip = ["10.77.0.%s/24", "fd77::%s/64"]
                private_key = "%s"
                """
                                .formatted(
                                        host == gateway ? "server" : "client",
                                        vip,
                                        vip,
                                        keys.privateKey())
                        + rest);
    }

    private static String peer(Keys keys, String vip, String endpoint, String allowed) {
        return """
        [[peers]]
        public_key = "%s"
        vip = ["10.77.0.%s", "fd77::%s"]
        %s
        allowed_ips = [%s]
        """
                .formatted(
                        keys.publicKey(),
                        vip,
                        vip,
                        endpoint.isEmpty() ? "" : "endpoint = \"" + endpoint + ":51820\"",
                        allowed);
    }

    private void start() {
        node(
                        exit,
                        "2",
                        exitKeys,
                        "[gateway]\nmasquerade = \"net\"\n"
                                + peer(
                                        gatewayKeys,
                                        "1",
                                        GATEWAY_OUTSIDE,
                                        "\"10.77.0.0/24\", \"fd77::/64\""))
                .start();
        node(
                        gateway,
                        "1",
                        gatewayKeys,
                        "[gateway]\nmasquerade = [\"lan\"]\n"
                                + peer(laptopKeys, "3", "", "")
                                + peer(exitKeys, "2", "", "\"0.0.0.0/0\", \"::/0\""))
                .start();
        node(
                        laptop,
                        "3",
                        laptopKeys,
                        peer(gatewayKeys, "1", "203.0.113.1", "\"0.0.0.0/0\", \"::/0\""))
                .start();
    }

    @Test
    void itsOwnNetworksAreNearerThanThePeerThatTakesEverything() {
        start();
        for (String there : PUBLIC) {
            Ping.await(laptop, there, SOON);
        }
        for (String here : DESK) {
            Ping.await(laptop, here, SOON);
        }
        // Its own address outside the tunnel is its own, too, of whatever network.
        Ping.await(laptop, GATEWAY_OUTSIDE, SOON);
        gateway.address("wan", "192.0.2.55/32");
        Ping.await(laptop, "192.0.2.55", SOON);
    }

    /** A network that comes while it runs, by an address or a route. */
    @Test
    void aNetworkThatComesLaterIsNearToo() {
        start();
        Ping.await(laptop, PUBLIC.get(0), SOON);
        desk.address("eth0", "192.168.60.10/24");
        gateway.address("lan", "192.168.60.1/24");
        Ping.await(laptop, "192.168.60.10", SOON);
        desk.run("ip", "addr", "add", "192.168.70.10/32", "dev", "lo");
        gateway.route("192.168.70.0/24", DESK.get(0));
        Ping.await(laptop, "192.168.70.10", SOON);
        assertEquals(0, gateway.attempt(SOON, "ip", "route", "del", "192.168.70.0/24").exit());
        Await.until(
                "the way to the peer that takes the rest",
                SOON,
                () -> !Ping.answers(laptop, "192.168.70.10"));
    }
}
