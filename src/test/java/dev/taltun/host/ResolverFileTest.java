package dev.taltun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.config.DnsConfig;
import dev.taltun.routing.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                        + "nameserver 10.77.0.2\nsearch corp.test lab.test\noptions edns0\n",
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

    /** Somebody's cleaning of /run took the backup: nothing is invented, and nothing thrown. */
    @Test
    void aLostBackupIsNoReasonToFail() throws IOException {
        Files.writeString(path, MINE);
        Journal journal = replace("taltun0", "10.77.0.2");
        Files.delete(state.resolverBackup("taltun0"));
        assertThrows(IOException.class, this::original);
        journal.undoAll();
        assertTrue(now().contains("10.77.0.2"));
        assertEquals(List.of(), warnings);
    }

    @Test
    void backupsThatLeadInACircleEnd() throws IOException {
        Files.writeString(path, MINE);
        replace("taltun0", "10.77.0.2");
        Files.writeString(state.resolverBackup("taltun0"), "file\n" + now());
        assertEquals(now(), original());
    }
}
