package dev.taltun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.DnsConfig;
import dev.taltun.routing.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an engine notes, who may undo it, and files that somebody or something has damaged. */
class JournalTest {
    private static final DnsConfig DNS =
            new DnsConfig(List.of(IpAddress.parse("10.77.0.2")), List.of());

    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe, '\n', 'x'};

    /** Nobody may write to this one. */
    private static final SysctlChange REFUSED =
            new SysctlChange("net/ipv4/tcp_available_congestion_control", "no");

    @TempDir Path folder;

    private final List<String> warnings = new ArrayList<>();
    private StateFolder state;
    private Path resolv;

    @BeforeEach
    void aMachine() throws IOException {
        state = StateFolder.under(folder.resolve("state"));
        state.create();
        resolv = Files.writeString(folder.resolve("resolv.conf"), "nameserver 192.0.2.1\n");
    }

    private Journal journal(String tunName) {
        return new Journal(state, tunName, warnings::add);
    }

    /** What a killed engine leaves: its content there, and its journal without a lock. */
    private void killed(String tunName, String journal) throws IOException {
        Journal dead = journal(tunName);
        new ResolverFile(resolv).replace(dead, DNS);
        String noted = Files.readString(state.journal(tunName));
        assertEquals("resolver " + resolv + "\n", noted);
        Path aside = Files.copy(state.resolverBackup(tunName), folder.resolve("aside"));
        String ours = Files.readString(resolv);
        dead.undoAll();
        Files.writeString(resolv, ours);
        Files.move(aside, state.resolverBackup(tunName));
        Files.writeString(state.journal(tunName), journal.replace("$NOTED", noted));
    }

    private void sweep() {
        Journal.sweep(state, warnings::add);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(state.folder())) {
            return files.toList();
        }
    }

    @Test
    void whatAKilledOneNotedIsUndone() throws IOException {
        killed("taltun0", "$NOTED");
        assertTrue(Files.readString(resolv).contains("10.77.0.2"));
        sweep();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(List.of(), files());
        assertEquals(List.of(), warnings);
    }

    /** Lines that say nothing, of a later version, or cut off by the end, do not hide the rest. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "$NOTEDsysctl net/ipv4/ip_for",
                "$NOTEDsysctl",
                "\u0000\u0000\n$NOTED",
                "brightness 7\n$NOTED\n\n",
                "resolver\nresolver relative/path\nrules x\nrules -1 2\n$NOTED",
                "sysctl kernel/panic 1\nsysctl net/../kernel/panic 1\nnftables filter\n$NOTED"
            })
    void damageDoesNotHideTheRest(String journal) throws IOException {
        killed("taltun0", journal);
        sweep();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(List.of(), files());
        assertEquals(List.of(), warnings);
    }

    /** No text, perhaps: a file of bytes is no reason to keep all other engines from starting. */
    @Test
    void aJournalOfBytesIsRemoved() throws IOException {
        Files.write(state.journal("taltun0"), NO_TEXT);
        killed("taltun1", "$NOTED");
        sweep();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(List.of(), files());
    }

    @Test
    void bytesBehindALineDoNotHideIt() throws IOException {
        killed("taltun0", "$NOTED");
        Files.write(state.journal("taltun0"), NO_TEXT, StandardOpenOption.APPEND);
        sweep();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(List.of(), files());
    }

    @Test
    void anEmptyJournalIsRemoved() throws IOException {
        Files.writeString(state.journal("taltun0"), "");
        sweep();
        assertEquals(List.of(), files());
    }

    @Test
    void aLivingOnesIsLeftAlone() throws IOException {
        Journal alive = journal("taltun0");
        new ResolverFile(resolv).replace(alive, DNS);
        String ours = Files.readString(resolv);
        sweep();
        assertEquals(ours, Files.readString(resolv));
        assertTrue(Files.exists(state.journal("taltun0")));
        assertEquals(List.of(new ResolverChange(resolv)), journal("taltun1").othersChanges());
        alive.undoAll();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(List.of(), journal("taltun1").othersChanges());
    }

    @Test
    void toUndoTwiceIsHarmless() throws IOException {
        Journal journal = journal("taltun0");
        new ResolverFile(resolv).replace(journal, DNS);
        journal.undoAll();
        Files.writeString(resolv, "nameserver 192.0.2.9\n");
        journal.undoAll();
        sweep();
        assertEquals("nameserver 192.0.2.9\n", Files.readString(resolv));
        assertEquals(List.of(), warnings);
    }

    /** The last change first, and the others although that fails; every start tries it again. */
    @Test
    void whatCannotBeUndoneIsSaidAndKept() throws IOException {
        Journal journal = journal("taltun0");
        new ResolverFile(resolv).replace(journal, DNS);
        journal.note(REFUSED);
        journal.undoAll();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.getFirst().startsWith("cannot undo a change: "), warnings::toString);
        assertEquals(List.of(state.journal("taltun0")), files());
        assertEquals(REFUSED.line() + "\n", Files.readString(state.journal("taltun0")));
        for (int start = 2; start < 4; start++) {
            sweep();
            assertEquals(start, warnings.size(), warnings::toString);
            assertEquals(REFUSED.line() + "\n", Files.readString(state.journal("taltun0")));
        }
    }

    @Test
    void whatCouldNotBeUndoneIsUndoneByTheNextStart() throws IOException {
        Files.delete(resolv);
        Files.createSymbolicLink(resolv, Path.of("stub.conf"));
        Journal journal = journal("taltun0");
        new ResolverFile(resolv).replace(journal, DNS);
        // The link is made under this name first.
        Path inTheWay = Files.createDirectory(folder.resolve("resolv.conf.taltun"));
        Path full = Files.createFile(inTheWay.resolve("full"));
        journal.undoAll();
        assertEquals(1, warnings.size(), warnings::toString);
        Files.delete(full);
        sweep();
        assertEquals(Path.of("stub.conf"), Files.readSymbolicLink(resolv));
        assertEquals(1, warnings.size(), warnings::toString);
        assertEquals(List.of(), files());
    }

    /** An engine of the same name, started meanwhile, does not make it forgotten. */
    @Test
    void whatCouldNotBeUndoneOutlivesTheNextOfItsName() throws IOException {
        Journal first = journal("taltun0");
        first.note(REFUSED);
        first.undoAll();
        journal("taltun0").undoAll();
        assertEquals(REFUSED.line() + "\n", Files.readString(state.journal("taltun0")));
        Journal second = journal("taltun0");
        new ResolverFile(resolv).replace(second, DNS);
        second.undoAll();
        assertEquals("nameserver 192.0.2.1\n", Files.readString(resolv));
        assertEquals(REFUSED.line() + "\n", Files.readString(state.journal("taltun0")));
    }

    @Test
    void aFolderThatCannotBeWrittenToIsSaidOnce() throws IOException {
        StateFolder none = StateFolder.under(Path.of("/proc/self/none"));
        Journal journal = new Journal(none, "taltun0", warnings::add);
        journal.note(new ResolverChange(resolv));
        journal.note(new ResolverChange(resolv));
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.getFirst().contains("make the folder writable"), warnings::toString);
        journal.undoAll();
    }

    @Test
    void everyChangeIsReadBackAsItWas() {
        for (Change change :
                List.of(
                        new SysctlChange("net/ipv4/conf/eth0.7/rp_filter", "2"),
                        new SysctlChange("net/ipv4/ip_forward", "0", "1"),
                        new FirewallChange("taltun_wg0"),
                        new RulesChange(-1),
                        new ResolverChange(Path.of("/etc/resolv.conf")))) {
            assertEquals(change, Change.parse(change.line()));
        }
        assertNull(Change.parse(""));
        assertNull(Change.parse("sysctl net/ipv4/ip_forward 1 2 3"));
        assertNull(Change.parse("nftables taltun"), "not a name of ours");
    }
}
