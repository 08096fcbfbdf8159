package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.Peer;
import dev.taltun.testing.ManualClock;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** What a path's parts need of a peer that has no session: little more than a clock. */
final class TestParts {
    private TestParts() {}

    /** Of a peer with this number as its key. */
    static PathParts of(ManualClock clock, int number, LongConsumer changed) {
        ControlContext context =
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
        Peer peer = peer(number);
        PeerSessions sessions = new PeerSessions(peer, null, context.graveyard);
        return new PathParts(context, peer, sessions, null, null, null, null, changed);
    }

    static Peer peer(int number) {
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = (byte) number;
        return new Peer(PublicKey.copyOf(key), "peer" + number);
    }
}
