package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;
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

    /** Whether the last initiation went to the configured address though the peer was elsewhere. */
    private boolean atConfigured;

    /**
     * @param onAnswered told the time when there may be an endpoint, or another deadline
     */
    PeerPlace(ControlContext context, Peer peer, PeerNews news, LongConsumer onAnswered) {
        this.context = context;
        this.peer = peer;
        this.news = news;
        this.onAnswered = onAnswered;
    }

    /** Takes the peer to be there, in place of what was said before; null: at no known place. */
    void use(EndpointSpec endpoint, long now) {
        name = null;
        configured = null;
        atConfigured = false;
        if (endpoint instanceof EndpointSpec.Numeric numeric) {
            configured = numeric.endpoint();
            moveTo(configured);
        } else if (endpoint instanceof EndpointSpec.Named named) {
            name = new NamedEndpoint(named, context.resolver, this::bring);
            name.ask(now);
        }
        peer.setSought(name != null);
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

    /** The peer does not answer: its name may lead elsewhere by now. */
    void seekAgain(long now) {
        if (name != null && isSilent(now)) {
            name.refresh(now);
        }
    }

    private boolean isSilent(long now) {
        long silence = Math.min(news.unansweredNanos(now), now - peer.lastReceived());
        return silence >= PeerNews.SILENT_AFTER_NANOS;
    }

    /**
     * Where to repeat an initiation to: in turns where the peer was last and, if that is elsewhere,
     * where the user said that it is. Roaming alone would not lead back from an address that the
     * peer left, or never had (whoever takes a datagram off the wire can send it on from his own).
     */
    Endpoint repeatTo(long now) {
        Endpoint at = peer.endpoint();
        boolean turn =
                configured != null
                        && !atConfigured
                        && at != null
                        && !at.sameRemote(configured)
                        && isSilent(now);
        return turn ? configured : at;
    }

    /** An initiation went there. */
    void askedAt(Endpoint endpoint) {
        atConfigured = endpoint == configured && endpoint != peer.endpoint();
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
