package dev.taltun.host;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.ConfigException;
import dev.taltun.config.TaltunConfig;
import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import dev.taltun.testing.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and priorities against the real kernel, in a namespace of its own. */
@Tag("namespace")
class FullTunnelRulesTest {
    private static final String BOTH = "\"0.0.0.0/0\", \"::/0\"";

    @TempDir Path folder;

    private interface Body {
        void run(Netlink netlink, Journal journal) throws Throwable;
    }

    /** With an interface of that name that is up. */
    private void withTun(Body body) {
        NetworkNamespace.run(
                () -> {
                    sh("ip link set lo up");
                    sh("ip tuntap add mode tun name taltun0 && ip link set taltun0 up");
                    StateFolder state = StateFolder.under(folder.resolve("state"));
                    state.create();
                    try (Netlink netlink = LinuxNetlink.open()) {
                        body.run(netlink, new Journal(state, "taltun0", warning -> {}));
                    }
                });
    }

    private FullTunnel tunnel(String more, String allowed) throws IOException, ConfigException {
        try (TaltunConfig config = TestConfig.of(folder, more, allowed)) {
            return new FullTunnel(config.iface());
        }
    }

    /** The rules in the order in which they are asked, without the kernel's own. */
    private static List<String> rules(String family) throws IOException, InterruptedException {
        return sh("ip " + family + " rule")
                .lines()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> line.contains("proto 122"))
                .toList();
    }

    @Test
    void bothFamiliesGoIntoOneTable() {
        withTun(
                (netlink, journal) -> {
                    tunnel("", BOTH).route(netlink, journal);
                    List<String> pair =
                            List.of(
                                    "32764: from all lookup main suppress_prefixlength 0 proto 122",
                                    "32765: not from all fwmark 0xca6c lookup 51820 proto 122");
                    assertEquals(pair, rules("-4"));
                    assertEquals(pair, rules("-6"));
                    assertTrue(sh("ip route show table 51820").startsWith("default dev taltun0"));
                    assertTrue(
                            sh("ip -6 route show table 51820").startsWith("default dev taltun0"));
                    journal.undoAll();
                    assertEquals(List.of(), rules("-4"));
                    assertEquals(List.of(), rules("-6"));
                });
    }

    /** One more above the first, a free table, whatever others use. */
    @Test
    void whatIsTakenIsLeftAlone() {
        withTun(
                (netlink, journal) -> {
                    sh("ip route add 192.0.2.0/24 dev lo table 51820");
                    sh("ip rule add from 192.0.2.9 lookup 51821 priority 32765");
                    tunnel("", "\"0.0.0.0/0\"").route(netlink, journal);
                    assertEquals(
                            List.of(
                                    "32762: from all lookup main suppress_prefixlength 0 proto 122",
                                    "32763: not from all fwmark 0xca6c lookup 51822 proto 122"),
                            rules("-4"));
                    assertEquals(List.of(), rules("-6"));
                    journal.undoAll();
                    assertEquals(List.of(), rules("-4"));
                    assertTrue(sh("ip rule").contains("from 192.0.2.9 lookup 51821"));
                });
    }

    /** Numbers that the user chose are used, or refused in one line that names them. */
    @Test
    void theUsersNumbers() {
        withTun(
                (netlink, journal) -> {
                    tunnel("table = 4000000000\nfwmark = 7", "\"0.0.0.0/0\"")
                            .route(netlink, journal);
                    assertTrue(rules("-4").getLast().contains("fwmark 0x7 lookup 4000000000"));
                    journal.undoAll();
                    sh("ip route add default dev lo table 777");
                    String problem =
                            assertThrows(
                                            IOException.class,
                                            () ->
                                                    tunnel("table = 777", "\"0.0.0.0/0\"")
                                                            .route(netlink, journal))
                                    .getMessage();
                    assertEquals(
                            "routing table 777 has a default route of somebody else's; choose"
                                    + " another table",
                            problem);
                    assertEquals(List.of(), rules("-4"));
                });
    }

    /** Without a journal, too, rules of ours whose interface is gone are known and removed. */
    @Test
    void rulesWhoseTunnelIsGoneAreSwept() {
        withTun(
                (netlink, journal) -> {
                    tunnel("", BOTH).route(netlink, journal);
                    FullTunnel.sweep(netlink);
                    assertEquals(2, rules("-4").size(), "it lives");
                    sh("ip link delete taltun0");
                    FullTunnel.sweep(netlink);
                    FullTunnel.sweep(netlink);
                    assertEquals(List.of(), rules("-4"));
                    assertEquals(List.of(), rules("-6"));
                    journal.undoAll();
                });
    }

    /** A pair of which somebody removed one half. */
    @Test
    void halfAPairIsUndoneToo() {
        withTun(
                (netlink, journal) -> {
                    tunnel("", "\"0.0.0.0/0\"").route(netlink, journal);
                    sh("ip rule del priority 32764");
                    journal.undoAll();
                    assertEquals(List.of(), rules("-4"));
                });
    }

    /** What one that was killed between the two deletions leaves; a pair beside it lives. */
    @Test
    void theOtherHalfOfAPairIsSwept() {
        withTun(
                (netlink, journal) -> {
                    tunnel("", BOTH).route(netlink, journal);
                    List<String> pair = rules("-4");
                    for (String family : List.of("-4", "-6")) {
                        sh(
                                "ip "
                                        + family
                                        + " rule add lookup main suppress_prefixlength 0"
                                        + " priority 32762 protocol 122");
                    }
                    FullTunnel.sweep(netlink);
                    assertEquals(pair, rules("-4"));
                    assertEquals(pair, rules("-6"));
                    sh("ip rule del priority 32765");
                    FullTunnel.sweep(netlink);
                    assertEquals(List.of(), rules("-4"));
                    assertEquals(pair, rules("-6"));
                });
    }
}
