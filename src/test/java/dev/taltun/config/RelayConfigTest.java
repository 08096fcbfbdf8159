package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code relay} and {@code relay_with}. */
class RelayConfigTest {
    private static final String HEAD =
            """
            [interface]
            vip = "10.100.0.1/24"
            private_key = "$OWN"
            """;

    @TempDir private Path folder;

    private static String peers(String listOfOffice) {
        return """
               [[peers]]
               name = "office"
               public_key = "$A"
               vip = "10.100.0.2"
               %s
               [[peers]]
               name = "laptop"
               public_key = "$B"
               vip = "10.100.0.3"
               [[peers]]
               public_key = "%s"
               vip = "10.100.0.4"
               """
                .formatted(listOfOffice, Toml.anyPublicKey(7));
    }

    private List<String> officeReaches(String list) throws ConfigException {
        PeerConfig office = Toml.load(folder, HEAD + peers(list)).config().peers().getFirst();
        return office.relayWith().orElseThrow().stream().map(Object::toString).toList();
    }

    @ParameterizedTest
    @CsvSource({"server, true", "client, false", "lighthouse, true"})
    void theModeChoosesWhetherToRelay(String mode, boolean relay) throws ConfigException {
        String text = HEAD + "mode = \"" + mode + "\"\n";
        assertEquals(relay, Toml.load(folder, text).config().iface().relay());
        text += "relay = " + !relay + "\n";
        assertEquals(!relay, Toml.load(folder, text).config().iface().relay());
    }

    @Test
    void withoutAListEverybodyIsReached() throws ConfigException {
        TaltunConfig config = Toml.load(folder, HEAD + peers("")).config();
        config.peers().forEach(peer -> assertEquals(Optional.empty(), peer.relayWith()));
    }

    @Test
    void peersAreNamedByNameOrKey() throws ConfigException {
        String third = Toml.anyPublicKey(7);
        assertEquals(List.of(), officeReaches("relay_with = []"));
        assertEquals(List.of(Toml.PEER_B), officeReaches("relay_with = \"laptop\""));
        assertEquals(List.of(Toml.PEER_B), officeReaches("relay_with = [\"$B\", \"laptop\"]"));
        assertEquals(
                List.of(third, Toml.PEER_B),
                officeReaches("relay_with = [\"" + third + "\", \"laptop\"]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "[\"labtop\"] | 15 | there is no peer \"labtop\"; did you mean \"laptop\"?",
                "[\"laptop\", \"office\"] | 25 | \"office\" is this peer itself; name the peers"
                        + " that it may reach",
            })
    void mistakesAreNamedWithTheirPlace(String list, int column, String problem) {
        String text = HEAD + peers("relay_with = " + list);
        assertEquals(
                List.of("FILE:8:" + column + ": relay_with: " + problem),
                Toml.mistakes(folder, text));
    }

    @Test
    void aNameThatTwoPeersHaveSaysNothing() {
        String text = HEAD + peers("relay_with = \"x\"").replace("\"laptop\"", "\"x\"");
        text = text.replace("[[peers]]\npublic", "[[peers]]\nname = \"x\"\npublic");
        List<String> mistakes = Toml.mistakes(folder, text);
        assertEquals(1, mistakes.size());
        assertTrue(
                mistakes.getFirst()
                        .endsWith(
                                "2 peers are called \"x\"; give the public key of the one that is"
                                        + " meant"),
                mistakes.getFirst());
    }

    @Test
    void whoRelaysNothingIsToldThatListsAreIdle() throws ConfigException {
        LoadedConfig loaded =
                Toml.load(folder, HEAD + "relay = false\n" + peers("relay_with = \"laptop\""));
        assertEquals(1, loaded.warnings().size());
        assertTrue(loaded.warnings().getFirst().contains("relay = true in [interface]"));
    }

    private static String beacon() {
        return "[[peers]]\npublic_key = \"%s\"\nlighthouse = true\nendpoint = \"192.0.2.1:1\"\n"
                .formatted(Toml.anyPublicKey(8));
    }

    @Test
    void whoIsReachedThroughALighthouseOnlyNeedsOne() throws ConfigException {
        String alone = HEAD + peers("path = \"relay\"");
        List<String> warnings = Toml.load(folder, alone).warnings();
        assertEquals(
                List.of(
                        "warning: "
                                + folder.resolve("config.toml")
                                + ":8:1: path: peer \"office\" is to be reached through a"
                                + " lighthouse only, and there is none, so nothing reaches it; add"
                                + " the lighthouse as a peer with lighthouse = true, or leave path"
                                + " out"),
                warnings);
        assertEquals(List.of(), Toml.load(folder, alone + beacon()).warnings());
        String direct = HEAD + peers("path = \"direct\"");
        assertEquals(List.of(), Toml.load(folder, direct).warnings());
        String lighthouse = HEAD + "mode = \"lighthouse\"\n" + peers("path = \"relay\"");
        assertEquals(List.of(), Toml.load(folder, lighthouse).warnings());
    }

    @Test
    void nobodyRelaysToALighthouse() throws ConfigException {
        String text = HEAD + beacon() + "name = \"beacon\"\npath = \"relay\"\n";
        assertEquals(
                List.of(
                        "warning: "
                                + folder.resolve("config.toml")
                                + ":9:1: path: peer \"beacon\" is a lighthouse itself, which is"
                                + " always reached directly; leave path out, or lighthouse = true"
                                + " if it is none"),
                Toml.load(folder, text).warnings());
    }

    @Test
    void otherNamesForItAreUnderstood() {
        List<String> mistakes = Toml.mistakes(folder, HEAD + peers("relay_to = [\"laptop\"]"));
        assertEquals(
                List.of("FILE:8:1: relay_to: unknown key; did you mean \"relay_with\"?"), mistakes);
    }

    /** What check prints is a configuration of the same meaning. */
    @Test
    void whatIsPrintedCanBeRead() throws ConfigException {
        TaltunConfig config = Toml.load(folder, HEAD + peers("relay_with = [\"laptop\"]")).config();
        String printed = ConfigPrinter.print(config);
        assertTrue(printed.contains("relay         = true\n"), printed);
        assertTrue(printed.contains("relay_with    = [\"" + Toml.PEER_B + "\"]\n"), printed);
        String again = printed.replace("[interface]\n", "[interface]\nprivate_key = \"$OWN\"\n");
        assertEquals(printed, ConfigPrinter.print(Toml.load(folder, again).config()));
    }
}
