package dev.taltun.host;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.DnsConfig;
import dev.taltun.routing.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The name servers' file: what it was comes back, whatever it was and whoever else writes it. */
class ResolverFileTest {
    /** No ASCII in the comment; it comes back byte by byte. */
    private static final String MINE = "# für mich\nnameserver 192.0.2.1\noptions edns0\n";

    @TempDir Path folder;

    private final List<String> warnings = new ArrayList<>();
    private StateFolder state;
    private Path path;
    private ResolverFile file;

    @BeforeEach
    void aMachine() throws IOException {
        state = StateFolder.under(folder.resolve("state"));
        state.create();
        path = folder.resolve("resolv.conf");
        file = new ResolverFile(path);
    }

    private Journal replace(String tunName, String server, String... search) throws IOException {
        Journal journal = new Journal(state, tunName, warnings::add);
        file.replace(journal, new DnsConfig(List.of(IpAddress.parse(server)), List.of(search)));
        return journal;
    }

    /** Text of single bytes, as its readers take it. */
    private String original() throws IOException {
        return new String(
                file.original(state).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private String now() throws IOException {
        return Files.readString(path);
    }

    @Test
    void aFileComesBack() throws IOException {
        Files.writeString(path, MINE);
        Journal journal = replace("taltun0", "10.77.0.2", "corp.test", "lab.test");
        assertEquals(
                "# By Taltun for taltun0, which puts back what was here when it ends.\n"
                        + "nameserver 10.77.0.2\nsearch corp.test lab.test\noptions edns0\n"
                        + "#taltun file\n#taltun # für mich\n#taltun nameserver 192.0.2.1\n"
                        + "#taltun options edns0\n#taltun \n",
                now());
        assertEquals(MINE, original());
        journal.undoAll();
        assertEquals(MINE, now());
        assertFalse(Files.exists(state.resolverBackup("taltun0")));
    }

    /** The kernel takes such names, too. */
    @Test
    void anInterfaceMayHaveAnyName() throws IOException {
        Files.writeString(path, MINE);
        Journal first = replace("日本", "10.77.0.2");
        Journal second = replace("é", "10.78.0.2");
        assertEquals("# By Taltun for é, which", now().substring(0, 24));
        assertEquals(MINE, original());
        first.undoAll();
        second.undoAll();
        assertEquals(MINE, now());
    }

    @Test
    void aLinkComesBack() throws IOException {
        Path target = Files.writeString(folder.resolve("stub.conf"), MINE);
        Files.createSymbolicLink(path, Path.of("stub.conf"));
        Journal journal = replace("taltun0", "10.77.0.2");
        assertEquals(MINE, Files.readString(target), "somebody else's");
        assertFalse(Files.isSymbolicLink(path));
        assertEquals(MINE, original());
        journal.undoAll();
        assertEquals(Path.of("stub.conf"), Files.readSymbolicLink(path));
    }

    @Test
    void nothingComesBack() throws IOException {
        Journal journal = replace("taltun0", "10.77.0.2");
        assertTrue(Files.exists(path));
        assertEquals("", original());
        journal.undoAll();
        assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void whatSomebodyElseWroteSinceStays() throws IOException {
        Files.writeString(path, MINE);
        Journal journal = replace("taltun0", "10.77.0.2");
        Files.writeString(path, "nameserver 192.0.2.9\n");
        assertEquals("nameserver 192.0.2.9\n", original());
        journal.undoAll();
        assertEquals("nameserver 192.0.2.9\n", now());
    }

    @Test
    void theFirstOfTwoToStartMayEndFirst() throws IOException {
        Files.writeString(path, MINE);
        Journal first = replace("taltun0", "10.77.0.2");
        Journal second = replace("taltun1", "10.78.0.2");
        assertEquals(MINE, original());
        first.undoAll();
        assertTrue(now().contains("10.78.0.2"), "the second one's");
        assertEquals(MINE, original());
        second.undoAll();
        assertEquals(MINE, now());
    }

    @Test
    void theSecondOfTwoToStartMayEndFirst() throws IOException {
        Files.writeString(path, MINE);
        Journal first = replace("taltun0", "10.77.0.2");
        replace("taltun1", "10.78.0.2").undoAll();
        assertTrue(now().contains("10.77.0.2"), "the first one's");
        first.undoAll();
        assertEquals(MINE, now());
    }

    /** Somebody's cleaning of /run took the backup: the one in the file is left. */
    @Test
    void aLostBackupIsNoReasonToFail() throws IOException {
        Files.writeString(path, MINE);
        Journal journal = replace("taltun0", "10.77.0.2");
        Files.delete(state.resolverBackup("taltun0"));
        assertEquals(MINE, original());
        journal.undoAll();
        assertEquals(MINE, now());
        assertEquals(List.of(), warnings);
    }

    /** As a boot does it, or the end of a network namespace: the file stays, /run does not. */
    private void newState() throws IOException {
        state = StateFolder.under(folder.resolve("next"));
        state.create();
    }

    @ParameterizedTest
    @ValueSource(strings = {MINE, "", "\n\n", "no line's end", "a\r\nb\u0000\r"})
    void aFileOutlivesItsBackup(String mine) throws IOException {
        Files.writeString(path, mine);
        replace("taltun0", "10.77.0.2");
        newState();
        assertEquals(mine, original());
        file.recover(state, "");
        assertEquals(mine, now());
        file.recover(state, "");
        assertEquals(mine, now());
    }

    @Test
    void aLinkAndNothingOutliveTheirBackups() throws IOException {
        Files.createSymbolicLink(path, Path.of("stub.conf"));
        replace("taltun0", "10.77.0.2");
        newState();
        file.recover(state, "");
        assertEquals(Path.of("stub.conf"), Files.readSymbolicLink(path));
        Files.delete(path);
        replace("taltun0", "10.77.0.2");
        state = StateFolder.under(folder.resolve("third"));
        file.recover(state, "");
        assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }

    /** Also without a sweep before: our own text is nobody's original. */
    @Test
    void aFileOfTwoEnginesOutlivesTheirBackups() throws IOException {
        Files.writeString(path, MINE);
        replace("taltun0", "10.77.0.2");
        replace("taltun1", "10.78.0.2");
        newState();
        Journal next = replace("taltun0", "10.79.0.2");
        assertEquals(MINE, original());
        next.undoAll();
        assertEquals(MINE, now());
    }

    @Test
    void theFileOfAnEngineThatLivesIsLeftAlone() throws IOException {
        Files.writeString(path, MINE);
        Journal alive = replace("taltun0", "10.77.0.2");
        String ours = now();
        file.recover(state, "");
        assertEquals(ours, now());
        // Of the two only the second is gone without a trace.
        Path aside = Files.copy(path, folder.resolve("aside"));
        Journal second = replace("taltun1", "10.78.0.2");
        String both = now();
        second.undoAll();
        Files.writeString(path, both);
        file.recover(state, "");
        assertEquals(Files.readString(aside), now());
        alive.undoAll();
        assertEquals(MINE, now());
    }

    /** Where a file is written in place, an engine can be killed after it was made empty. */
    @ParameterizedTest
    @ValueSource(strings = {"", "# By Talt", "# By Taltun for taltun0, which puts back what was"})
    void aBeginningOfOursIsOurs(String beginning) throws IOException {
        Files.writeString(path, MINE);
        Journal journal = replace("taltun0", "10.77.0.2");
        Files.writeString(path, beginning);
        journal.undoAll();
        assertEquals(MINE, now());
    }

    /** A backup that the power cut off gives what lines it has, and never half of one. */
    @Test
    void halfALineIsNotPutBack() throws IOException {
        Files.writeString(path, MINE);
        replace("taltun0", "10.77.0.2");
        newState();
        Files.writeString(path, now().substring(0, now().indexOf("192.0.2.1") + 5));
        file.recover(state, "");
        assertEquals("# für mich", now());
    }

    /** Whoever has the file open reads all of what it was, and not the beginning of what it is. */
    @Test
    void theFileIsReplacedAtOneBlow() throws IOException {
        Files.writeString(path, MINE);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r-x"));
        try (BufferedReader reader = Files.newBufferedReader(path)) {
            Journal journal = replace("taltun0", "10.77.0.2");
            assertEquals(MINE.lines().toList(), reader.lines().toList());
            assertEquals(
                    "rw-r--r-x",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            journal.undoAll();
        }
        try (var files = Files.list(folder)) {
            assertEquals(Set.of(path, folder.resolve("state")), files.collect(toSet()));
        }
    }

    @Test
    void backupsThatLeadInACircleEnd() throws IOException {
        Files.writeString(path, MINE);
        replace("taltun0", "10.77.0.2");
        Files.writeString(state.resolverBackup("taltun0"), "file\n" + now());
        assertEquals(now(), original());
    }
}
