package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.MessageType;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.PeerSpecBuilder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Changing peers while the agent runs. */
class ControlCommandsTest {
    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private final Node a = lab.node(1, keyA);
    private final Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
    private final ControlCommands commands = a.control.commands();

    private Lab.Spec toB() {
        return new Lab.Spec(2, keyB);
    }

    private <T> T done(CompletableFuture<T> future) {
        lab.settle();
        assertTrue(future.isDone());
        return future.join();
    }

    private String refusal(CompletableFuture<?> future) {
        lab.settle();
        return assertThrows(ExecutionException.class, future::get).getCause().getMessage();
    }

    private PeerStatus statusOfB() {
        return done(commands.status()).getFirst();
    }

    @Test
    void aPeerThatIsAddedCanBeSentTo() {
        CompletableFuture<Void> added = commands.add(List.of(toB().build()));
        assertFalse(added.isDone(), "only the agent's thread changes anything");
        done(added);
        a.send(b, 1);
        lab.runSeconds(1);
        assertEquals(List.of(1), b.received);
    }

    @Test
    void aPeerThatInitiatesDoesSoWhenAdded() {
        done(commands.add(List.of(toB().initiates().build())));
        lab.runSeconds(1);
        assertNotNull(a.session(b));
    }

    @Test
    void aPeerThatIsRemovedIsGone() {
        done(commands.add(List.of(toB().build())));
        a.send(b, 1);
        lab.runSeconds(1);
        Peer peer = a.peer(b);
        a.send(b, 2);
        done(commands.remove(b.publicKey()));
        lab.settle();
        assertNull(a.peer(b));
        assertNull(peer.session());
        assertEquals(0, a.indices.size());
        assertTrue(a.keys.stream().allMatch(key -> key.closed));
        b.send(a, 3);
        lab.runSeconds(1);
        assertEquals(List.of(), a.received);
        assertTrue(a.count(Counter.DROP_UNKNOWN_INDEX) > 0);
        lab.runSeconds(185);
        b.send(a, 4);
        lab.runSeconds(1);
        assertEquals(1, a.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(List.of(), done(commands.status()));
    }

    @Test
    void packetsThatWaitForARemovedPeerAreDropped() {
        done(commands.add(List.of(toB().build())));
        lab.wire.drop = datagram -> true;
        a.send(b, 1);
        a.send(b, 2);
        lab.settle();
        a.send(b, 3);
        a.stepOutbound();
        done(commands.remove(b.publicKey()));
        assertEquals(3, a.count(Counter.DROP_STAGED));
    }

    @Test
    void anUpdateKeepsTheSession() {
        done(commands.add(List.of(toB().build())));
        a.send(b, 1);
        lab.runSeconds(1);
        Session session = a.session(b);
        IpPrefix more = IpPrefix.parse("10.9.0.0/16");
        PeerSpec next =
                new PeerSpecBuilder("renamed", b.publicKey())
                        .allows(List.of(more))
                        .keepalive(25)
                        .build();
        done(commands.update(next));
        Peer peer = a.table.routes().get(more);
        assertSame(session, peer.session());
        assertNotNull(peer.endpoint(), "no endpoint means: where it is now");
        assertNull(a.peer(b), "its former prefix is not its any more");
        assertEquals(1, a.table.routes().size());
        assertEquals(25, statusOfB().keepaliveSeconds());
        assertEquals("renamed", statusOfB().name());
    }

    @Test
    void aHeartbeatThatIsTurnedOnBeatsAtOnce() {
        done(commands.add(List.of(toB().build())));
        a.send(b, 1);
        lab.runSeconds(30);
        lab.wire.log.clear();
        done(commands.update(toB().keepalive(20).build()));
        assertEquals(1, lab.wire.sent(a, MessageType.TRANSPORT_DATA).size());
        lab.runSeconds(20.5);
        assertEquals(2, lab.wire.sent(a, MessageType.TRANSPORT_DATA).size());
    }

    @Test
    void anotherEndpointIsUsedFromThenOn() {
        done(commands.add(List.of(toB().build())));
        b.moveTo(Node.outer(50));
        done(commands.update(toB().endpoint(new EndpointSpec.Numeric(Node.outer(50))).build()));
        a.send(b, 1);
        lab.runSeconds(1);
        assertEquals(List.of(1), b.received);
    }

    @Test
    void anotherPresharedKeyIsForTheNextHandshake() {
        SecretKey psk = lab.newKey();
        done(commands.add(List.of(toB().build())));
        a.send(b, 1);
        lab.runSeconds(1);
        done(commands.update(toB().psk(psk).build()));
        psk.close();
        a.send(b, 2);
        lab.runSeconds(1);
        assertEquals(List.of(1, 2), b.received);
        assertTrue(statusOfB().hasPresharedKey());
        lab.runSeconds(185);
        a.send(b, 3);
        lab.runSeconds(8);
        assertEquals(List.of(1, 2), b.received);
        assertTrue(a.told("not authentic"));
    }

    @Test
    void aPrefixMovesToThePeerThatWantedItLast() {
        Lab.Spec stranger = new Lab.Spec(3, lab.newKey());
        List<IpPrefix> same = List.of(Node.innerPrefix(2));
        PeerSpec first = stranger.build();
        PeerSpec thief =
                new PeerSpecBuilder("thief", first.publicKey())
                        .endpoint(first.endpoint())
                        .allows(same)
                        .build();
        done(commands.add(List.of(toB().build())));
        done(commands.add(List.of(thief)));
        assertEquals("thief", a.peer(b).name());
        done(commands.remove(b.publicKey()));
        assertEquals("thief", a.peer(b).name(), "a removed peer takes only its own routes along");
    }

    @Test
    void whatMakesNoSenseIsRefusedInWords() {
        PeerSpec peer = toB().build();
        done(commands.add(List.of(peer)));
        assertEquals(
                "there is a peer with the public key " + b.publicKey() + " already",
                refusal(commands.add(List.of(new Lab.Spec(4, lab.newKey()).build(), peer))));
        assertEquals(1, done(commands.status()).size(), "all or none");
        assertEquals(1, a.table.routes().size());
        assertTrue(
                refusal(commands.add(List.of(new Lab.Spec(1, keyA).build()))).contains("our own"));
        PublicKey unknown = new Lab.Spec(5, lab.newKey()).key;
        assertEquals(
                "there is no peer with the public key " + unknown,
                refusal(commands.remove(unknown)));
        PublicKey zero = PublicKey.copyOf(new byte[32]);
        PeerSpecBuilder bad = new PeerSpecBuilder("zero", zero);
        assertTrue(
                refusal(commands.add(List.of(bad.build()))).startsWith("no secret can be agreed"));
        assertThrows(IllegalArgumentException.class, () -> bad.keepalive(65536).build());
    }

    @Test
    void statusTellsWhatIsGoingOn() {
        done(commands.add(List.of(toB().keepalive(25).build())));
        PeerStatus before = statusOfB();
        assertEquals(-1, before.sessionAgeNanos());
        assertNull(before.suite());
        assertEquals(0, before.lastHandshakeEpochMillis());
        long wall = lab.clock.epochMillis();
        a.send(b, 1);
        lab.runSeconds(5);
        b.send(a, 2);
        lab.runSeconds(1);
        PeerStatus after = statusOfB();
        assertEquals("node2", after.name());
        assertEquals(b.publicKey(), after.publicKey());
        assertEquals(CipherSuite.CHACHA20_POLY1305, after.suite());
        assertTrue(after.lastHandshakeEpochMillis() - wall < 1000);
        assertTrue(after.lastHandshakeEpochMillis() >= wall);
        assertTrue(after.sessionAgeNanos() > 5 * Lab.SECOND);
        assertEquals(148 + 96, after.txBytes());
        assertEquals(92 + 96, after.rxBytes());
        assertEquals(2, after.txPackets());
        assertEquals(2, after.rxPackets());
        assertTrue(after.endpoint().sameRemote(b.address()));
        assertEquals(List.of(Node.innerPrefix(2)), after.allowedIps());
        assertFalse(after.silent());
    }

    @Test
    void aClosedAgentRefuses() {
        CompletableFuture<Void> waiting = commands.add(List.of(toB().build()));
        a.control.onClose();
        assertInstanceOf(
                IllegalStateException.class,
                assertThrows(ExecutionException.class, waiting::get).getCause());
        assertTrue(commands.status().isCompletedExceptionally());
        assertEquals(0, a.keys.size());
    }
}
