package dev.taltun.host;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.ConfigException;
import dev.taltun.config.TaltunConfig;
import dev.taltun.testing.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parameters of a namespace's kernel, given and given back. */
class SysctlTest {
    private static final String FORWARD = "net/ipv4/ip_forward";

    @TempDir Path folder;

    @Test
    void onlyKeysOfTheNetworkAreOurs() {
        assertTrue(Sysctl.isKey("net/ipv4/conf/eth0.7/rp_filter"));
        assertFalse(Sysctl.isKey("kernel/panic"));
        assertFalse(Sysctl.isKey("net/../kernel/panic"));
        assertFalse(Sysctl.isKey("net"));
        assertFalse(Sysctl.isKey("net/ipv4/ip forward"));
        assertFalse(Sysctl.isKey("net//ipv4"));
    }

    private Journal journal(String tunName, List<String> warnings) throws IOException {
        StateFolder state = StateFolder.under(folder);
        state.create();
        return new Journal(state, tunName, warnings::add);
    }

    @Test
    @Tag("namespace")
    void theLastToNeedItPutsBackWhatWasFirst() {
        NetworkNamespace.run(
                () -> {
                    sh("sysctl -qw net.ipv4.ip_forward=0");
                    List<String> warnings = new ArrayList<>();
                    Journal first = journal("taltun0", warnings);
                    Journal second = journal("taltun1", warnings);
                    Sysctl.set(first, FORWARD, "1");
                    Sysctl.set(second, FORWARD, "1");
                    first.undoAll();
                    assertEquals("1", Sysctl.read(FORWARD));
                    second.undoAll();
                    assertEquals("0", Sysctl.read(FORWARD));
                    assertEquals(List.of(), warnings);
                });
    }

    @Test
    @Tag("namespace")
    void whatSomebodyHasSetSinceStays() {
        NetworkNamespace.run(
                () -> {
                    String key = "net/ipv6/conf/lo/accept_ra";
                    Sysctl.write(key, "1");
                    Journal journal = journal("taltun0", new ArrayList<>());
                    Sysctl.set(journal, key, "2");
                    Sysctl.write(key, "0");
                    journal.undoAll();
                    assertEquals("0", Sysctl.read(key));
                });
    }

    /** The switch for all resets those of the interfaces, whoever turns it back. */
    @Test
    @Tag("namespace")
    void theLastOfTwoGatewaysPutsBackWhatInterfacesHad() {
        NetworkNamespace.run(
                () -> {
                    sh("ip link add eth0 type veth peer name eth1");
                    sh("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0");
                    List<String> ones =
                            List.of(
                                    "net/ipv4/conf/eth0/forwarding",
                                    "net/ipv6/conf/eth0/forwarding",
                                    "net/ipv4/conf/all/accept_redirects",
                                    "net/ipv6/conf/eth1/accept_ra");
                    for (String key : ones) {
                        Sysctl.write(key, "1");
                    }
                    List<String> warnings = new ArrayList<>();
                    Journal first = journal("taltun0", warnings);
                    Journal second = journal("taltun1", warnings);
                    gateway().forward(first);
                    gateway().forward(second);
                    first.undoAll();
                    assertEquals("1", Sysctl.read("net/ipv4/conf/eth1/forwarding"));
                    assertEquals("2", Sysctl.read("net/ipv6/conf/eth1/accept_ra"));
                    second.undoAll();
                    for (String key : ones) {
                        assertEquals("1", Sysctl.read(key), key);
                    }
                    assertEquals("0", Sysctl.read(FORWARD));
                    assertEquals("0", Sysctl.read("net/ipv4/conf/eth1/forwarding"));
                    assertEquals("0", Sysctl.read("net/ipv6/conf/eth1/forwarding"));
                    assertEquals(List.of(), warnings);
                });
    }

    private Gateway gateway() throws IOException, ConfigException {
        try (TaltunConfig config = TestConfig.of(folder, "[gateway]", "")) {
            return new Gateway(config.gateway().get(), config.iface());
        }
    }

    /** What is as it should be is not noted, so it stays, also if it was wanted all the time. */
    @Test
    @Tag("namespace")
    void whatWasRightStays() {
        NetworkNamespace.run(
                () -> {
                    sh("sysctl -qw net.ipv4.ip_forward=1");
                    Journal journal = journal("taltun0", new ArrayList<>());
                    Sysctl.set(journal, FORWARD, "1");
                    assertFalse(Files.exists(journal.state().journal("taltun0")));
                    journal.undoAll();
                    assertEquals("1", Sysctl.read(FORWARD));
                });
    }

    /** A journal of a killed engine names the parameter of an interface that went with it. */
    @Test
    @Tag("namespace")
    void aParameterThatIsGoneIsLeft() {
        NetworkNamespace.run(
                () -> {
                    List<String> warnings = new ArrayList<>();
                    Journal journal = journal("taltun0", warnings);
                    Files.writeString(
                            journal.state().journal("taltun9"),
                            "sysctl " + FORWARD + " 0\nsysctl net/ipv4/conf/gone0/rp_filter 1\n");
                    sh("sysctl -qw net.ipv4.ip_forward=1");
                    Journal.sweep(journal.state(), warnings::add);
                    assertEquals("0", Sysctl.read(FORWARD));
                    assertEquals(List.of(), warnings);
                });
    }

    @Test
    void aKeyIsToldAsSysctlWritesIt() {
        String problem =
                assertThrows(
                                IOException.class,
                                () -> Sysctl.write("net/ipv4/conf/no.7/rp_filter", "2"))
                        .getMessage();
        assertTrue(
                problem.startsWith("setting sysctl net.ipv4.conf.no/7.rp_filter to 2: "), problem);
    }
}
