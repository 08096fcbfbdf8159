package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import dev.taltun.testing.PeerSpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Many changes of peers at once, as a file that was read again asks for them. */
class ReconfigureTest {
    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private final SecretKey keyC = lab.newKey();
    private final Node a = lab.node(1, keyA, new Lab.Spec(2, keyB));
    private final Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
    private final Node c = lab.node(3, keyC, new Lab.Spec(1, keyA));

    private CompletableFuture<Void> reconfigure(List<PeerSpec> wanted, List<PublicKey> unwanted) {
        CompletableFuture<Void> done = a.control.commands().reconfigure(wanted, unwanted);
        lab.settle();
        assertTrue(done.isDone());
        return done;
    }

    private static PeerSpec peer(SecretKey key, String name, String... prefixes) {
        PeerSpec some = new Lab.Spec(9, key).build();
        List<IpPrefix> ips = new ArrayList<>();
        for (String prefix : prefixes) {
            ips.add(IpPrefix.parse(prefix));
        }
        return new PeerSpecBuilder(name, some.publicKey())
                .endpoint(some.endpoint())
                .allows(ips)
                .build();
    }

    private Peer owner(String prefix) {
        return a.table.routes().get(IpPrefix.parse(prefix));
    }

    @Test
    void whoIsNotNamedDoesNotNotice() {
        a.send(b, 1);
        lab.runSeconds(1);
        Session session = a.session(b);
        assertNotNull(session);
        lab.wire.log.clear();
        reconfigure(List.of(new Lab.Spec(3, keyC).build()), List.of());
        assertSame(session, a.session(b));
        assertEquals(0, lab.wire.log.size());
        a.send(b, 2);
        a.send(c, 3);
        lab.runSeconds(1);
        assertEquals(List.of(1, 2), b.received);
        assertEquals(List.of(3), c.received);
    }

    @Test
    void aChangedPeerKeepsItsSessionAndHasItsNewName() {
        a.send(b, 1);
        lab.runSeconds(1);
        Peer peer = a.peer(b);
        Session session = peer.session();
        reconfigure(List.of(peer(keyB, "renamed", "10.9.0.0/16")), List.of());
        assertSame(peer, owner("10.9.0.0/16"));
        assertSame(session, peer.session());
        assertEquals("renamed", peer.name());
        assertNull(owner(Node.innerPrefix(2).toString()));
    }

    @Test
    void aPrefixMovesFromOnePeerToAnotherWhicheverIsNamedFirst() {
        reconfigure(
                List.of(peer(keyB, "b", "10.9.0.0/16"), peer(keyC, "c", "10.8.0.0/16")), List.of());
        reconfigure(
                List.of(peer(keyB, "b", "10.8.0.0/16"), peer(keyC, "c", "10.9.0.0/16")), List.of());
        assertEquals("b", owner("10.8.0.0/16").name());
        assertEquals("c", owner("10.9.0.0/16").name());
        reconfigure(List.of(peer(keyC, "c", "10.8.0.0/16")), List.of(b.publicKey()));
        assertEquals("c", owner("10.8.0.0/16").name());
        assertEquals(1, a.table.routes().size());
    }

    @Test
    void withOneBadKeyNothingChanges() {
        PrefixTable<Peer> routes = a.table.routes();
        PeerSpec self = peer(keyA, "self", "10.7.0.0/16");
        CompletableFuture<Void> refused =
                reconfigure(List.of(peer(keyC, "c", "10.8.0.0/16"), self), List.of(b.publicKey()));
        String line = assertThrows(ExecutionException.class, refused::get).getCause().getMessage();
        assertTrue(line.contains("self"), line);
        assertSame(routes, a.table.routes());
        assertNotNull(a.peer(b));
        assertNull(a.peer(c));
    }

    @Test
    void whoIsToGoAndIsNotThereIsNoMistake() {
        reconfigure(List.of(), List.of(c.publicKey(), b.publicKey(), b.publicKey())).join();
        assertNull(a.peer(b));
        assertEquals(0, a.table.routes().size());
    }
}
