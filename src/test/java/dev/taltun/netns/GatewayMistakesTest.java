package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine that cannot be a gateway or a full tunnel's end: one line, and it is as before. */
@NamespaceTest
final class GatewayMistakesTest {
    @AutoClose private final Lab lab = new Lab();
    private Namespace host;
    private Set<String> policy;

    @BeforeEach
    void oneHost() {
        host = lab.namespace("a");
        host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1");
        host.address("eth0", "192.168.5.2/24").address("eth1", "192.168.6.2/24");
        host.resolvConf("nameserver 192.168.5.1\n");
        policy = host.policy();
    }

    private WrittenNode node(String more, String allowed) {
        return new WrittenNode(
                host,
                """
                [interface]
                tun_name = "$TUN"
                vip = "10.77.0.1/24"
                private_key = "%s"
                %s
                [[peers]]
                public_key = "%s"
                vip = "10.77.0.2"
                allowed_ips = [%s]
                """
                        .formatted(
                                Keys.generate().privateKey(),
                                more,
                                Keys.generate().publicKey(),
                                allowed));
    }

    private void fails(WrittenNode node, String preparation, int exit, String line) {
        Outcome outcome = node.startAfter(preparation);
        assertEquals(exit, outcome.exit(), outcome::output);
        String last = outcome.output().lines().toList().getLast();
        assertTrue(last.contains(line), outcome::output);
        assertEquals(policy, host.policy());
        assertEquals(Set.of(), host.firewallTables());
        assertEquals("0", host.sysctl("net.ipv4.ip_forward"));
        assertEquals("0", host.sysctl("net.ipv4.conf.all.src_valid_mark"));
        assertEquals("nameserver 192.168.5.1\n", host.resolvConf());
    }

    private static String without(String program) {
        return "mount --bind /dev/null $(readlink -f $(command -v " + program + "))";
    }

    private static final String READ_ONLY_SYSCTL =
            "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys";

    @Test
    void anInterfaceThatIsNotThere() {
        fails(
                node("[gateway]\nmasquerade = \"eht0\"", ""),
                "true",
                2,
                "[gateway] masquerade: this machine has no interface \"eht0\"; did you mean"
                        + " \"eth0\"?");
    }

    @Test
    void noNft() {
        fails(
                node("[gateway]\nmasquerade = \"eth0\"", ""),
                without("nft"),
                1,
                "the program nft is missing, and masquerade and mss_clamp need it; install"
                        + " nftables");
    }

    @Test
    void noNftWhereReversePathsAreChecked() {
        host.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
        fails(
                node("", "\"0.0.0.0/0\", \"::/0\""),
                without("nft"),
                1,
                "the program nft is missing, and with strict rp_filter no answer to the tunnel"
                        + " would be let in; install nftables, or set");
    }

    @Test
    void readOnlySysctl() {
        fails(
                node("[gateway]\nmasquerade = \"eth0\"", ""),
                READ_ONLY_SYSCTL,
                1,
                "setting sysctl net.ipv4.ip_forward to 1: read-only file system; set it"
                        + " beforehand: sysctl -w net.ipv4.ip_forward=1 (for a container: on its"
                        + " host, or by --sysctl net.ipv4.ip_forward=1)");
    }

    /** What is right already need not be writable, as in a container that was given it. */
    @Test
    void readOnlySysctlThatIsRight() {
        host.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        WrittenNode node = node("[gateway]\nmasquerade = \"eth0\"", "");
        Background running = node.launchAfter(READ_ONLY_SYSCTL);
        running.awaitLine("^ready", Shell.PATIENCE);
        assertEquals(1, host.firewallTables().size());
        Outcome end = running.terminate(Shell.PATIENCE);
        assertEquals(0, end.exit(), end::output);
        assertEquals(Set.of(), host.firewallTables());
    }

    /** The tunnel was set up by then: it is taken back with all the rest. */
    @Test
    void readOnlyNameServers() {
        fails(
                node(
                        "dns = \"10.77.0.2\"\n[gateway]\nmasquerade = \"eth0\"",
                        "\"0.0.0.0/0\", \"::/0\""),
                "mount -o remount,bind,ro /etc/resolv.conf",
                1,
                "cannot change /etc/resolv.conf (read-only file system); make it writable, or"
                        + " leave dns out and set the name servers by other means");
    }

    @Test
    void aTableThatIsTaken() {
        host.run("ip", "route", "add", "default", "via", "192.168.5.1", "table", "777");
        policy = host.policy();
        fails(
                node("table = 777", "\"0.0.0.0/0\", \"::/0\""),
                "true",
                1,
                "routing table 777 has a default route of somebody else's; choose another table");
    }

    /** A firewall of somebody else's that is in the way is named, with what to do. */
    @Test
    void aFirewallThatDropsIsNamed() {
        host.run("nft", "add table ip filter");
        host.run(
                "nft",
                "add chain ip filter FORWARD { type filter hook forward priority 0 ; policy drop ; }");
        WrittenNode node = node("[gateway]\n", "").start();
        assertTrue(
                node.log()
                        .contains(
                                "nftables chain ip filter FORWARD drops forwarded packets; let them"
                                        + " pass: nft insert rule ip filter FORWARD iifname "
                                        + node.device()
                                        + " accept"),
                node::log);
    }
}
