package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.agent.Quiescence;
import dev.taltun.crypto.SecretKey;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import org.junit.jupiter.api.Test;

/** Keys are wiped when no thread can hold them any more: not before, and not much later. */
class SessionGraveyardTest {
    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private final Node a = lab.node(1, keyA, new Lab.Spec(2, keyB));
    private final Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
    private final Quiescence.Slot reader = a.quiescence.newSlot();

    @Test
    void aThreadThatHoldsASessionKeepsItFromBeingWiped() {
        a.send(b, 1);
        lab.runSeconds(1);
        reader.enter();
        Session held = a.session(b);
        lab.runSeconds(190);
        assertNull(a.session(b), "nobody finds it any more");
        assertNull(a.indices.lookup(held.localIndex()));
        assertEquals(2, a.keys.size());
        assertTrue(a.keys.stream().noneMatch(key -> key.closed), "but it can still be in use");
        reader.exit();
        lab.settle();
        assertTrue(a.keys.stream().allMatch(key -> key.closed));
    }

    @Test
    void aThreadThatCameLaterDoesNotKeepIt() {
        a.send(b, 1);
        lab.runSeconds(1);
        lab.runSeconds(190);
        reader.enter();
        lab.settle();
        assertTrue(a.keys.stream().allMatch(key -> key.closed));
        reader.exit();
    }

    @Test
    void aRemovedPeersSessionIsWipedWhenItsReadersAreGone() {
        a.send(b, 1);
        lab.runSeconds(1);
        Peer peer = a.peer(b);
        Session session = peer.session();
        a.control.commands().remove(b.publicKey());
        reader.enter();
        a.stepControl();
        assertNull(peer.session());
        assertNull(a.indices.lookup(session.localIndex()));
        a.stepControl();
        assertFalse(a.keys.getFirst().closed, "the reader may have taken it before");
        reader.exit();
        a.stepControl();
        assertTrue(a.keys.getFirst().closed);
    }

    @Test
    void closingTheAgentWipesEverything() {
        a.send(b, 1);
        lab.runSeconds(1);
        a.send(b, 2);
        a.stepOutbound();
        a.control.onClose();
        assertTrue(a.keys.stream().allMatch(key -> key.closed));
        assertEquals(0, a.indices.size());
        assertTrue(a.table.routes().isEmpty());
    }
}
