package dev.taltun.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.config.DnsConfig;
import dev.taltun.io.dns.DnsClient;
import dev.taltun.routing.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom to ask past a full tunnel. */
class NameServersOutsideTest {
    private static final DnsConfig INSIDE =
            new DnsConfig(List.of(IpAddress.parse("10.77.0.2")), List.of());

    @TempDir Path folder;

    private StateFolder state;
    private Path resolv;
    private Path upstream;

    @BeforeEach
    void aMachine() throws IOException {
        state = StateFolder.under(folder);
        state.create();
        resolv = folder.resolve("resolv.conf");
        upstream = folder.resolve("upstream.conf");
    }

    private NameServersOutside outside() {
        return new NameServersOutside(folder, new ResolverFile(resolv), INSIDE, List.of(upstream));
    }

    private List<String> found() {
        return outside().find().stream().map(InetAddress::getHostAddress).toList();
    }

    @Test
    void thoseOfTheFileInItsOrder() throws IOException {
        Files.writeString(
                resolv,
                """
                # nameserver 192.0.2.8
                domain example.test
                nameserver 192.0.2.1
                \tnameserver\t2001:db8::1   # with words behind
                nameserver not.an.address
                nameserver
                options edns0
                """);
        assertEquals(List.of("192.0.2.1", "2001:db8:0:0:0:0:0:1"), found());
    }

    @Test
    void thoseOfBeforeWhereTheFileIsOurs() throws IOException {
        Files.writeString(resolv, "nameserver 192.0.2.1\n");
        Journal journal = new Journal(state, "taltun0", warning -> {});
        new ResolverFile(resolv).replace(journal, INSIDE);
        assertEquals(List.of("192.0.2.1"), found());
        journal.undoAll();
    }

    /** Its upstream servers are asked directly: by itself it would ask them through the tunnel. */
    @Test
    void thoseBehindOneOnThisMachine() throws IOException {
        Files.writeString(resolv, "nameserver 127.0.0.53\n");
        assertEquals(List.of("127.0.0.53"), found());
        Files.writeString(upstream, "nameserver 10.77.0.2\nnameserver 192.0.2.1\n");
        assertEquals(List.of("192.0.2.1", "127.0.0.53"), found(), "the tunnel's left out");
    }

    @Test
    void nobody() {
        assertEquals(List.of(), found());
    }

    /** Names in the hosts file are not asked for, in whatever letters. */
    @Test
    void theHostsFileComesFirst() throws IOException {
        Files.writeString(resolv, "nameserver 192.0.2.1\n");
        Path hosts =
                Files.writeString(
                        folder.resolve("hosts"),
                        "192.0.2.77 hub.test # vpn.test\n192.0.2.7 other Vpn.Test\n::7 vpn.test\n");
        OutsideNames names = new OutsideNames(outside(), hosts, new DnsClient(0));
        InetAddress[] both = {InetAddress.getByName("192.0.2.7"), InetAddress.getByName("::7")};
        assertArrayEquals(both, names.addresses("vpn.test"));
    }
}
