package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.protocol.MessageType;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.PeerSpecBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ten thousand peers: nobody is looked at without a reason, and no step does too much. */
class ManyPeersTest {
    private static final int PEERS = 10_000;
    private static final int INITIATING = 500;
    private static final int LOOKS_PER_STEP = 32;

    private final Lab lab = new Lab();

    private List<PeerSpec> specs() {
        List<PeerSpec> specs = new ArrayList<>();
        for (int i = 0; i < PEERS; i++) {
            byte[] key = new byte[32];
            lab.random.nextBytes(key);
            Endpoint at = new Endpoint(0, Endpoint.mapped(0xc6120000 + i), 51820, 0, 0, 0);
            specs.add(
                    new PeerSpecBuilder("peer" + i, PublicKey.copyOf(key))
                            .endpoint(new EndpointSpec.Numeric(at))
                            .allows(List.of(IpPrefix.v4(0x0a000000 + i, 32)))
                            .initiates(i < INITIATING)
                            .build());
        }
        return specs;
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
