package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * The three examples of {@code config/} as the README has them typed in: only keys are replaced.
 *
 * <pre>
 *   laptop eth0 ====== i     i ====== eth0 hub 203.0.113.10
 *   198.51.100.2       n     n
 *                      t     e ====== eth0 public 9.9.9.9
 *   office eth0 ====== e     t
 *   198.18.0.2
 *   office eth1 ====== eth0 desk 192.168.50.10 (knows no route but its network's)
 * </pre>
 */
@NamespaceTest
final class OfficeHubLaptopTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String HUB_KEY = "JAJ1iuqLK+8XQT4X+0YqHIB5jQIRHbXjqSCmUGrlSgQ=";
    private static final String OFFICE_KEY = "2SVRBkGJz0HDOxUCNWoZ5xsb3a9ArFdzXZLLOnnDSGo=";
    private static final String LAPTOP_KEY = "SzQU2G7vUpLhpJn11vpqWwnHy2LNOqQdR8nfIxBZXXE=";

    @AutoClose private final Lab lab = new Lab();
    private final Keys hubKeys = Keys.generate();
    private final Keys officeKeys = Keys.generate();
    private final Keys laptopKeys = Keys.generate();

    private WrittenNode node(Namespace host, String example, Keys own) throws IOException {
        String text =
                Files.readString(Path.of("config", example))
                        .replace(HUB_KEY, hubKeys.publicKey())
                        .replace(OFFICE_KEY, officeKeys.publicKey())
                        .replace(LAPTOP_KEY, laptopKeys.publicKey())
                        .replace(
                                "private_key_file = \"private.key\"",
                                "tun_name = \"$TUN\"\nprivate_key = \"" + own.privateKey() + "\"");
        assertTrue(text.contains("$TUN"), example);
        return new WrittenNode(host, text);
    }

    private Namespace host(Namespace internet, String role, String network, String address) {
        Namespace host = lab.namespace(role);
        lab.link(host, "eth0", internet, "to" + role);
        internet.address("to" + role, network + ".1/24");
        return host.address("eth0", network + address + "/24").route("default", network + ".1");
    }

    @Test
    void theLaptopReachesOfficeAndInternet() throws IOException {
        Namespace internet = lab.namespace("i");
        internet.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        Namespace hub = host(internet, "h", "203.0.113", ".10");
        Namespace laptop = host(internet, "l", "198.51.100", ".2");
        Namespace office = host(internet, "o", "198.18.0", ".2");
        Namespace open = host(internet, "p", "9.9.9", ".9");
        Namespace desk = lab.namespace("d");
        lab.link(office, "eth1", desk, "eth0");
        office.address("eth1", "192.168.50.1/24");
        desk.address("eth0", "192.168.50.10/24");
        String before = "nameserver 198.51.100.1\n";
        laptop.resolvConf(before);

        node(hub, "hub.toml", hubKeys).start();
        node(office, "office.toml", officeKeys).start();
        WrittenNode warrior = node(laptop, "road-warrior.toml", laptopKeys).start();

        Ping.await(laptop, "192.168.50.10", SOON);
        Ping.await(laptop, "10.100.0.3", SOON);
        Ping.await(laptop, "9.9.9.9", SOON);
        Ping.await(office, "10.100.0.2", SOON);
        // The internet sees the hub, not the laptop.
        open.run("nft", "add table inet count");
        open.run("nft", "add chain inet count i { type filter hook input priority 0 ; }");
        open.run("nft", "add rule inet count i ip saddr != 203.0.113.10 drop");
        assertTrue(Ping.answers(laptop, "9.9.9.9"));
        assertEquals(
                List.of("nameserver 9.9.9.9", "nameserver 2620:fe::fe"),
                laptop.resolvConf().lines().filter(line -> !line.startsWith("#")).toList());
        assertEquals(0, warrior.terminate().exit(), warrior::log);
        assertEquals(before, laptop.resolvConf());
    }
}
