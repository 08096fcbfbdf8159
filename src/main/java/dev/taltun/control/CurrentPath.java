package dev.taltun.control;

import dev.taltun.peer.Peer;

/**
 * Which way packets to one peer take at present, and since when: as packet threads are told, and
 * the user. Control agent's thread.
 */
final class CurrentPath {
    /** See {@link PeerPath}. */
    enum State {
        PLAIN,
        RELAYED,
        DIRECT,
        DOUBT
    }

    private final Peer peer;
    private final PathChoice choice;
    private final RelayChoice relays;
    private final PathNews news;
    private State state;

    /** When packets last moved between the relay and a direct path for good, or 0. */
    private long changedAt;

    CurrentPath(PathParts parts, PathChoice choice, RelayChoice relays, State state) {
        peer = parts.peer();
        this.choice = choice;
        this.relays = relays;
        news = new PathNews(parts.context().listener, peer);
        this.state = state;
        peer.setRelayable(choice != PathChoice.DIRECT);
        show();
    }

    State state() {
        return state;
    }

    boolean is(State other) {
        return state == other;
    }

    /** When packets last moved between the relay and a direct path for good, or 0. */
    long changedAt() {
        return changedAt;
    }

    /** What the user is told of it. */
    PathNews news() {
        return news;
    }

    /** Another state; what the user sees goes on. */
    void enter(State next) {
        state = next;
        show();
    }

    /** From the relay to a direct path, or back. */
    void change(State next, long now) {
        changedAt = now;
        news.over();
        enter(next);
    }

    /** Tells packet threads. */
    void show() {
        if (state != State.DIRECT) {
            peer.setSettled(false);
        }
        boolean relayed = state != State.PLAIN && choice != PathChoice.DIRECT;
        if (relayed) {
            peer.setDirect(state == State.DIRECT);
        }
        peer.relayThrough(relayed ? Paths.peerOf(relays.current()) : null);
        peer.setDirect(state == State.DIRECT);
    }

    /** Does what is due. */
    void onTimer(long now) {
        if (relays.onTimer(now)) {
            show();
        }
        boolean direct = state == State.PLAIN || state == State.DIRECT;
        news.onTimer(direct, peer.relay(), now);
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return Math.min(relays.deadline(), news.deadline());
    }

    PathStatus status(PathProbe probe, PathSearch search, long now) {
        boolean direct = state == State.PLAIN || state == State.DIRECT;
        LighthouseLink link = relays.current();
        // Whether a doubt becomes a change, is open.
        boolean since = changedAt != 0 && state != State.DOUBT;
        return new PathStatus(
                kind(),
                kind() == PathStatus.Kind.RELAY ? link.peer().name() : "",
                direct ? "" : why(search),
                since ? now - changedAt : -1,
                probe.rtt(),
                relays.rtt(),
                null,
                search.candidates());
    }

    private PathStatus.Kind kind() {
        return switch (state) {
            case PLAIN, DIRECT -> PathStatus.plain(peer.endpoint()).kind();
            case RELAYED, DOUBT ->
                    peer.relay() == null ? PathStatus.Kind.NONE : PathStatus.Kind.RELAY;
        };
    }

    private String why(PathSearch search) {
        if (choice == PathChoice.RELAY) {
            return "path = \"relay\"" + (relays.current() == null ? ", but no lighthouse" : "");
        }
        return relays.isAlive() ? search.result() : "no lighthouse answers";
    }

    void close() {
        peer.setSettled(false);
        peer.relayThrough(null);
        peer.setDirect(false);
        peer.setRelayable(false);
    }
}
