package dev.taltun.control;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Hello;
import java.lang.foreign.MemorySegment;

/**
 * Finds out whether one peer is a Taltun engine, and agrees on the cipher suite with it.
 *
 * <pre>
 *   initiator of the session                          responder
 *      HELLO, once a session  ------------------------&gt;
 *                             &lt;------------------------  HELLO, answer
 *      handshake with the better suite, if there is one
 * </pre>
 *
 * <p>A peer that ignored three is taken for plain WireGuard and left alone, until it sends a HELLO
 * itself. What a peer said holds until it says something else, or does not answer handshakes with
 * the suite that followed from it. Control agent's thread.
 */
final class HelloExchange {
    /** HELLOs without answer after which the peer counts as plain WireGuard. */
    private static final int IGNORED_MAX = 3;

    private static final long ANSWER_INTERVAL_NANOS = 1_000_000_000L;

    private final ControlContext context;
    private final Peer peer;
    private SuiteChoice own;
    private SuiteChoice remote = SuiteChoice.WIREGUARD;
    private int ignored;
    private boolean answers;
    private long lastAnswer;

    /** Our index of the session that the last answer went out in, or 0. */
    private int answeredIn;

    HelloExchange(ControlContext context, Peer peer, SuiteChoice own) {
        this.context = context;
        this.peer = peer;
        this.own = own;
    }

    /** Takes over what the user wants now. */
    void update(SuiteChoice wanted) {
        own = wanted;
    }

    /** The suite of the next handshake. */
    CipherSuite suite() {
        return own.with(remote);
    }

    /** Whether the peer may start a session with this suite. */
    boolean accepts(CipherSuite suite) {
        return own.offers(suite);
    }

    /** Handshakes with {@link #suite()} are not answered: it may be another engine by now. */
    void distrust() {
        remote = SuiteChoice.WIREGUARD;
    }

    /** Whether the peer is a Taltun engine, by all that is known: it answers control frames. */
    boolean isAnswered() {
        return answers;
    }

    /** A control frame was not answered: it may be another engine by now, until it says HELLO. */
    void doubt() {
        answers = false;
    }

    /** A new session can be sent with. */
    void onSession(Session session, long now) {
        if (session.initiator() && ignored < IGNORED_MAX && !own.equals(SuiteChoice.WIREGUARD)) {
            ignored++;
            send(session, false, now);
        }
    }

    /**
     * A control frame came.
     *
     * @param current the session to send with, or null
     * @return whether a handshake with another suite is due, and ours to begin
     */
    boolean onFrame(ReceivedFrame received, Session current, long now) {
        MemorySegment memory = received.memory();
        if (ControlFrame.type(memory, 0) != ControlFrame.TYPE_HELLO) {
            return false;
        }
        if (!Hello.check(memory, 0)) {
            context.counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
            return false;
        }
        ignored = 0;
        answers = true;
        remote =
                new SuiteChoice(
                        Hello.offered(memory, 0),
                        Hello.preferred(memory, 0),
                        Hello.insisted(memory, 0));
        if ((Hello.capabilities(memory, 0) & Hello.CAPABILITY_PARTIAL_CHECKSUMS) != 0) {
            received.session().usePartialChecksums();
        }
        if (current == null) {
            return false;
        }
        if (!Hello.isAnswer(memory, 0)
                && (current.localIndex() != answeredIn
                        || now - lastAnswer >= ANSWER_INTERVAL_NANOS)) {
            // Once a session at least: what each takes, it says for that session only.
            answeredIn = current.localIndex();
            lastAnswer = now;
            send(current, true, now);
        }
        return current.initiator() && current.suite() != suite();
    }

    private void send(Session session, boolean answer, long now) {
        Endpoint to = peer.endpoint();
        MemorySegment frame = context.frame;
        int length =
                Hello.write(
                        frame,
                        0,
                        answer,
                        own.offered(),
                        own.preferred(),
                        own.insisted(),
                        Hello.CAPABILITY_PARTIAL_CHECKSUMS);
        TxBatch batch =
                to == null ? null : context.outbox.batchFor(context.sealer.sealedLength(length));
        if (batch == null) {
            return;
        }
        int bytes = context.sealer.seal(session, frame, 0, length, batch, to, 1);
        if (bytes > 0) {
            peer.noteSent(now, bytes, 1);
        }
    }
}
