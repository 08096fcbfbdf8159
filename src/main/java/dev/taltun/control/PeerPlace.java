package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;
import java.util.function.LongConsumer;

/**
 * Where one peer is, as far as the user and name servers know; its own packets know better. Control
 * agent's thread.
 */
final class PeerPlace {
    private final ControlContext context;
    private final Peer peer;
    private final PeerNews news;
    private final LongConsumer onAnswered;

    /** The endpoint's name, or null when it has none. */
    private NamedEndpoint name;

    /** The address that the user gave, or null when it was none or a name. */
    private Endpoint configured;

    /** Where the peer was before it was looked for at the configured address, or null. */
    private Endpoint left;

    /** When the peer was last looked for in the other place. */
    private long turnTakenAt;

    /**
     * @param onAnswered told the time when there may be an endpoint, or another deadline
     */
    PeerPlace(ControlContext context, Peer peer, PeerNews news, LongConsumer onAnswered) {
        this.context = context;
        this.peer = peer;
        this.news = news;
        this.onAnswered = onAnswered;
    }

    /** Takes the peer to be there, in place of what was said before; null: where it is now. */
    void use(EndpointSpec endpoint, long now) {
        name = null;
        configured = null;
        left = null;
        if (endpoint instanceof EndpointSpec.Numeric numeric) {
            configured = numeric.endpoint();
            moveTo(configured);
        } else if (endpoint instanceof EndpointSpec.Named named) {
            name = new NamedEndpoint(named, context.resolver, this::bring);
            name.ask(now);
        }
    }

    private void moveTo(Endpoint endpoint) {
        peer.setEndpoint(endpoint);
        news.placed(endpoint);
    }

    private void bring(NamedEndpoint asked, NameResolver.Answer answer) {
        context.handOver.accept(() -> onAnswer(asked, answer));
    }

    private void onAnswer(NamedEndpoint asked, NameResolver.Answer answer) {
        if (asked != name) {
            return;
        }
        long now = context.clock.nanoTime();
        NamedEndpoint.News heard = name.answered(answer, now);
        if (heard == NamedEndpoint.News.FIRST_FAILURE) {
            context.listener.nameUnresolved(peer, name.name(), answer.reason());
        }
        if (!answer.endpoints().isEmpty()) {
            Endpoint known = peer.endpoint();
            if (known == null || news.unansweredNanos(now) > 0) {
                moveTo(NamedEndpoint.choose(answer.endpoints(), known));
            }
            if (heard == NamedEndpoint.News.RECOVERED) {
                context.listener.nameResolved(peer, name.name(), peer.endpoint());
            }
        }
        onAnswered.accept(now);
    }

    /** Whether the endpoint is known, or can become known without the peer's doing. */
    boolean isFindable() {
        return peer.endpoint() != null || name != null;
    }

    /**
     * The peer does not answer: its name may lead elsewhere by now, or it may be where the user
     * said again. Roaming alone would not lead back: to an address that the peer left, or never had
     * (whoever can take datagrams off the wire can send them on from his own), nothing comes that
     * tells another.
     */
    void seekAgain(long now) {
        long silence = Math.min(news.unansweredNanos(now), now - peer.lastReceived());
        if (silence < PeerNews.SILENT_AFTER_NANOS) {
            return;
        }
        if (name != null) {
            name.refresh(now);
        } else if (configured != null && now - turnTakenAt >= Limits.REKEY_TIMEOUT_NANOS) {
            // One initiation to each place: more than one reason to seek may come between two.
            turnTakenAt = now;
            takeTurns();
        }
    }

    private void takeTurns() {
        Endpoint at = peer.endpoint();
        if (!at.sameRemote(configured)) {
            left = at;
            moveTo(configured);
        } else if (left != null) {
            moveTo(left);
        }
    }

    /** The peer answers: where it was before is of no interest any more. */
    void found() {
        left = null;
    }

    /** Our own address that packets to the peer left from may be gone. */
    void forgetLocalAddress() {
        Endpoint endpoint = peer.endpoint();
        if (endpoint != null && endpoint.hasLocal()) {
            peer.setEndpoint(endpoint.withoutLocal());
        }
    }

    /** Asks for the name again if it is time to. */
    void onTimer(long now) {
        if (name != null) {
            name.onTimer(now);
        }
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return name == null ? Long.MAX_VALUE : name.deadline();
    }
}
