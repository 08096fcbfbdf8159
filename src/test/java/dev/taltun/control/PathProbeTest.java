package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.PublicKey;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

class PathProbeTest {
    private static final long RETRY_NANOS = 300_000_000L;

    private final ManualClock clock = new ManualClock();
    private final ControlContext context =
            new ControlContext(
                    new ControlAgent.Parts(
                            clock,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            bytes -> Arrays.fill(bytes, (byte) 7),
                            null,
                            new Counters().newBlock(),
                            null,
                            null,
                            0,
                            PathSettings.NONE),
                    work -> {});

    private final Peer peer = new Peer(PublicKey.copyOf(new byte[PublicKey.BYTES]), "b");
    private long told;

    /** Without a session nothing can be sent, as without a free batch. */
    private final PathProbe probe =
            new PathProbe(
                    new PathParts(
                            context,
                            peer,
                            new PeerSessions(peer, null, context.graveyard),
                            null,
                            null,
                            null,
                            null,
                            now -> told = now));

    @Test
    void oneThatCannotBeSentIsSentSoonAndNotTakenForUnanswered() {
        long now = clock.nanoTime();
        probe.begin(now);
        assertEquals(now, told, "there is a deadline now");
        for (int i = 0; i < 2 * PathProbe.UNANSWERED_MAX; i++) {
            assertFalse(probe.isWaiting());
            assertEquals(now + RETRY_NANOS, probe.deadline());
            assertTrue(probe.onTimer(now + RETRY_NANOS - 1));
            assertEquals(now + RETRY_NANOS, probe.deadline(), "not before its time");
            now += RETRY_NANOS;
            assertTrue(probe.onTimer(now));
        }
        assertFalse(probe.isInVain());
        probe.stop();
        assertEquals(Long.MAX_VALUE, probe.deadline());
    }
}
