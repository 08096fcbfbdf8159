package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.MessageType;
import dev.taltun.routing.IpPrefix;
import dev.taltun.routing.PrefixTable;
import dev.taltun.testing.PeerSpecBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Ten thousand peers: nobody is looked at without a reason, and no step does too much. */
class ManyPeersTest {
    private static final int PEERS = 10_000;
    private static final int INITIATING = 500;
    private static final int LOOKS_PER_STEP = 32;

    private final Lab lab = new Lab();
    private final SecretKey keyHub = lab.newKey();
    private final SecretKey keyOther = lab.newKey();

    private List<PeerSpec> specs() {
        List<PeerSpec> specs = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            byte[] key = new byte[32];
            lab.random.nextBytes(key);
            Endpoint at = new Endpoint(0, Endpoint.mapped(0xc6120000 + i), 51820, 0, 0, 0);
            specs.add(
                    new PeerSpecBuilder("peer" + i, PublicKey.copyOf(key))
                            .endpoint(new EndpointSpec.Numeric(at))
                            .allows(List.of(IpPrefix.v4(0x0b000000 + i, 32)))
                            .initiates(i < INITIATING)
                            .build());
        }
        return specs;
    }

    /** Whoever connects meanwhile does not wait for all of it. */
    @Test
    void changesOfAllGoOnInSlices() {
        Node hub = lab.node(1, keyHub, new Lab.Spec(2, keyOther));
        lab.wire.delay = 0;
        List<PeerSpec> specs = specs();
        List<PublicKey> keys = specs.stream().map(PeerSpec::publicKey).toList();
        PrefixTable<Peer> before = hub.table.routes();
        connectDuring(hub, hub.control.commands().reconfigure(specs, List.of()));
        assertEquals(before.size() + PEERS, hub.table.routes().size());
        connectDuring(hub, hub.control.commands().reconfigure(specs, List.of()));
        assertEquals(before.size() + PEERS, hub.table.routes().size());
        connectDuring(hub, hub.control.commands().reconfigure(List.of(), keys));
        assertEquals(before.size(), hub.table.routes().size());
    }

    private void connectDuring(Node hub, CompletableFuture<Void> change) {
        PrefixTable<Peer> before = hub.table.routes();
        Lab.Spec toHub = new Lab.Spec(1, keyHub).initiates();
        Node other = lab.node(2, keyOther, toHub);
        lab.clock.advanceNanos(TimerWheel.TICK_NANOS);
        int steps = 0;
        int connected = 0;
        while (!change.isDone()) {
            other.stepControl();
            lab.wire.deliver();
            hub.stepInbound();
            hub.stepControl();
            lab.wire.deliver();
            other.stepInbound();
            steps++;
            if (connected == 0 && other.session(hub) != null) {
                connected = steps;
                assertSame(before, hub.table.routes(), "all routes at once");
            }
        }
        assertTrue(connected > 0 && connected < 10, "connected in step " + connected);
        assertTrue(steps >= PEERS / 100, steps + " steps");
        lab.nodes.remove(other);
        lab.wire.detach(other.address());
        lab.runSeconds(1);
    }

    @Test
    void whoStopsAmidAChangeIsNotKeptByIt() {
        Node hub = lab.node(1, lab.newKey());
        CompletableFuture<Void> change = hub.control.commands().reconfigure(specs(), List.of());
        CompletableFuture<List<PeerStatus>> question = hub.control.commands().status();
        for (int i = 0; i < 10; i++) {
            hub.stepControl();
        }
        assertFalse(change.isDone() || question.isDone());
        hub.control.onClose();
        assertTrue(change.isCompletedExceptionally() && question.isCompletedExceptionally());
    }

    @Test
    void costWhatTheyDo() {
        Node hub = new Node(1, lab.newKey(), lab, specs());
        lab.nodes.add(hub);
        assertEquals(PEERS, hub.table.routes().size());
        hub.control.onStart();
        lab.clock.advanceNanos(TimerWheel.TICK_NANOS);
        long sent = 0;
        int steps = 0;
        while (hub.stepControl() > 0) {
            long now = hub.count(Counter.HANDSHAKE_INITIATIONS_SENT);
            assertTrue(now - sent <= LOOKS_PER_STEP, "a step is short however much there is");
            sent = now;
            steps++;
        }
        assertEquals(INITIATING, sent);
        assertTrue(steps <= INITIATING / LOOKS_PER_STEP + 2);
        Set<Long> times = new HashSet<>();
        lab.wire.log.clear();
        lab.runSeconds(6);
        lab.wire.sent(hub, MessageType.HANDSHAKE_INITIATION).forEach(d -> times.add(d.at()));
        assertTrue(times.size() >= 5, "the second attempts are spread");
        lab.runSeconds(100);
        assertEquals(INITIATING, hub.timesTold("gave up"));
        assertEquals(0, hub.indices.size());
        int work = 0;
        for (int i = 0; i < 1000; i++) {
            lab.clock.advanceNanos(Lab.SECOND);
            work += hub.stepControl();
        }
        assertEquals(0, work, "then they rest");
    }
}
