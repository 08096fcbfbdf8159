package dev.taltun.control;

import dev.taltun.control.CurrentPath.State;
import dev.taltun.crypto.PublicKey;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;

/**
 * The way to a peer: directly, or through a lighthouse until a direct path is proven, and again
 * when that fails.
 *
 * <pre>
 *             packets through the relay: QUERY, places, Puncher, session, probe
 *    RELAYED ---------------------------- probe answered ----------------------&gt; DIRECT
 *     |  ^ ^                                                                     |    ^
 *     |  | `---- 3 unanswered, unreachable, session gone ---- DOUBT &lt;--- 1 probe -'    |
 *     |  |                                                      `------- answered -----'
 *     |  `---- 13 s of nothing: a NAT may have forgotten ------- DIRECT
 *     |  |
 *     |  `---- probes or handshakes unanswered, and a lighthouse reaches the peer ----- PLAIN
 *     `------- no lighthouse reaches it; or its own session comes from plain WireGuard ---^
 * </pre>
 *
 * <p>PLAIN is what WireGuard does: packets go where the peer's last came from, or to its configured
 * endpoint, and wait for a handshake with that. It is for peers that no lighthouse can stand in
 * for: those that call us and never heard of one, those that have an endpoint as long as that
 * answers, and all while no lighthouse is alive. From DIRECT and DOUBT too it is the only way out
 * then: a path in doubt is better than none.
 *
 * <p>In DOUBT packets go through the relay while probes still try the direct path, every second;
 * not on both, for the copy that went through the relay is sealed anew, and nobody could tell it
 * from a packet that was sent twice. The oftener a path was in doubt, the more answers it takes to
 * be believed in, and one that fails again soon after it was taken has to wait, each time twice as
 * long. Only an answered probe proves a path, not a packet that came. Control agent's thread.
 */
final class PeerPath implements PathRole {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private static final String UNANSWERED = "no answer on the direct path";

    private final PathParts parts;
    private final Paths paths;
    private final PathChoice choice;

    /** Whether the user says where the peer is. */
    private final boolean placed;

    private final Peer peer;
    private final RelayChoice relays;
    private final PathSearch search;
    private final PathProbe probe;
    private final RelayOnly relayOnly;
    private final Neighbour neighbour;
    private final SilenceWatch silence;
    private final Hysteresis hysteresis = new Hysteresis();
    private final CurrentPath path;

    /** Whether the peer is known to be an engine that answers probes. */
    private boolean answersProbes;

    /** Whether it has shown that itself, in a session of its own. */
    private boolean proven;

    PeerPath(PathParts parts, Paths paths, PathChoice choice, boolean placed) {
        this.parts = parts;
        this.paths = paths;
        this.choice = choice;
        this.placed = placed;
        peer = parts.peer();
        relays = new RelayChoice(parts, paths);
        search = new PathSearch(parts, paths, relays);
        probe = new PathProbe(parts);
        relayOnly = new RelayOnly(parts, relays);
        silence = new SilenceWatch(peer, probe);
        relays.choose();
        boolean plain = choice != PathChoice.RELAY && (placed || relays.current() == null);
        path = new CurrentPath(parts, choice, relays, plain ? State.PLAIN : State.RELAYED);
        neighbour = new Neighbour(parts, paths, search, path, probe);
        paths.add(this);
    }

    private boolean mayBePlain() {
        return placed || peer.endpoint() != null || relays.current() == null;
    }

    PublicKey publicKey() {
        return peer.publicKey();
    }

    private Session session(long now) {
        return parts.sessions().usable(now);
    }

    @Override
    public boolean isPlain() {
        return path.is(State.PLAIN);
    }

    @Override
    public boolean shakesHands() {
        return path.is(State.PLAIN) || path.is(State.DIRECT);
    }

    @Override
    public boolean seeks() {
        return choice == PathChoice.DIRECT && relays.current() != null;
    }

    /** Others are alive, or there are others. */
    void lighthousesChanged() {
        relays.choose();
        adapt(parts.context().clock.nanoTime());
    }

    /** Does what follows from which lighthouses reach the peer. */
    private void adapt(long now) {
        if (choice != PathChoice.RELAY) {
            if (path.is(State.PLAIN)) {
                leavePlain(now);
            } else if (!relays.isUseful() || (path.is(State.DOUBT) && !relays.isTrusted())) {
                dropRelay(now);
            }
        }
        path.show();
    }

    private void leavePlain(long now) {
        if (!mayBePlain()) {
            path.enter(State.RELAYED);
        } else if (relays.isGood()) {
            if (session(now) != null) {
                judge(now);
            } else if ((answersProbes && !placed) || parts.initiator().isInDoubt(now)) {
                leave(search.isRefused() ? search.result() : "no session on the direct path", now);
            }
        }
    }

    /** There are two ways now: the direct one has to be proven. */
    private void judge(long now) {
        if (!answersProbes) {
            return;
        } else if (!probe.isInVain()) {
            probe.sendNow(now);
        } else if (proven || !probe.isPeerHeard()) {
            // Who never said himself that he answers, and is heard directly, is plain WireGuard.
            leave(UNANSWERED, now);
        }
    }

    /** No lighthouse is of any use: where the peer was last it may still be. */
    private void dropRelay(long now) {
        if (path.is(State.RELAYED) && mayBePlain()) {
            probe.distrust();
            search.notBefore(now);
            path.change(State.PLAIN, now);
            parts.changed().accept(now);
        } else if (path.is(State.DOUBT)) {
            path.enter(State.PLAIN);
        }
    }

    @Override
    public void onRelayed(long now) {
        boolean came = relays.cameThrough(now);
        if (came) {
            adapt(now);
        }
        relays.measure(now);
        parts.changed().accept(now);
        if (relays.current() == null) {
            return;
        }
        switch (path.state()) {
            // The peer's packets come the other way: it has its doubts.
            case DIRECT -> probe.sendNow(now);
            case PLAIN -> relayedWhilePlain(came, now);
            case RELAYED -> relayed(now);
            case DOUBT -> {}
        }
    }

    private void relayedWhilePlain(boolean came, long now) {
        boolean moved = came && now - peer.lastReceived() >= SECOND_NANOS;
        if (moved && !answersProbes && relays.isGood()) {
            leave("its packets come through the lighthouse", now);
        }
    }

    private void relayed(long now) {
        if (choice != PathChoice.DIRECT) {
            relays.current().carry(parts.staged(), now);
        }
        if (!answersProbes && session(now) != null && peer.lastReceived() > path.changedAt()) {
            takePlain(now);
        }
        if (choice == PathChoice.RELAY || !path.is(State.RELAYED) || !search.isDue(now)) {
            return;
        }
        search.begin(now);
        if (session(now) != null) {
            // Idle until now, perhaps: then the path is still good.
            probe.begin(now);
        }
    }

    /** A lighthouse does not know where the peer is, or may not say. */
    void unknown(LighthouseLink link, long now) {
        relays.refused(link, now);
        search.unknown(now);
        adapt(now);
    }

    /** A lighthouse tells where the peer may be. */
    void heard(LighthouseLink link, Hearsay told, long now) {
        if (choice == PathChoice.RELAY) {
            relays.reached(link);
            path.show();
            if (!told.answer()) {
                relayOnly.tell(now);
            }
        } else if (search.concerns(told)) {
            reached(link, now);
            if (path.is(State.PLAIN) && parts.initiator().unansweredFor(now) > 0) {
                // It may be where it is asked at this moment.
                return;
            }
            boolean around = neighbour.isAround();
            boolean inside = shakesHands() && session(now) != null && (told.answer() || around);
            boolean wanted = !inside || around;
            search.heard(told, placed ? peer.endpoint() : null, wanted, inside, now);
        }
    }

    /** The peer, an engine that answers probes, is reached by this lighthouse. */
    void reached(LighthouseLink link, long now) {
        // Hearsay, which a session is not judged by.
        answersProbes |= session(now) == null;
        relays.reached(link);
        adapt(now);
    }

    /** A probe through the relay was answered. */
    void onRelayAnswer(LighthouseLink link, long number, long now) {
        relays.answered(link, number, now);
        reached(link, now);
    }

    /** The peer has opened its NAT for our packets. */
    void onOpened(LighthouseLink link, long now) {
        reached(link, now);
        search.opened(now);
    }

    /** The peer's user wants no direct path. */
    void onRelayOnly(LighthouseLink link, long now) {
        reached(link, now);
        if (choice == PathChoice.RELAY) {
            return;
        }
        search.giveUp("the peer is set to path = \"relay\"", now);
        if (path.is(State.RELAYED)) {
            probe.stop();
        } else if (session(now) != null && !path.is(State.DOUBT)) {
            // It is the lighthouse that says so, which would see more then: not without proof.
            probe.begin(now);
        }
    }

    @Override
    public boolean answers(long now) {
        if (choice == PathChoice.RELAY) {
            relayOnly.tell(now);
        }
        return choice != PathChoice.RELAY;
    }

    @Override
    public void onSession(long now) {
        search.settle();
        neighbour.look(now);
        if (choice == PathChoice.RELAY) {
            // Of before this was the user's wish. Without it nothing can be sent directly.
            parts.sessions().clear();
            parts.initiator().complete();
            relayOnly.tell(now);
        }
        if (choice == PathChoice.RELAY || relays.current() == null) {
            return;
        }
        if (!answersProbes) {
            // As far as we know plain WireGuard: its handshake went both ways, which is all the
            // proof that there will be.
            if (path.is(State.RELAYED)) {
                takePlain(now);
            }
        } else if (!path.is(State.DIRECT)) {
            probe.begin(now);
        }
    }

    private void takePlain(long now) {
        path.change(State.PLAIN, now);
        path.news().direct(now);
    }

    @Override
    public void onTaltun(long now) {
        if (!proven) {
            proven = true;
            answersProbes = true;
            adapt(now);
        }
    }

    @Override
    public void onElsewhere(long now) {
        neighbour.onElsewhere(now);
    }

    @Override
    public void onProbeAnswer(long number, long now) {
        if (!probe.answered(number, now)) {
            return;
        }
        switch (path.state()) {
            case RELAYED -> {
                if (now >= hysteresis.holdUntil()) {
                    promote(now);
                } else {
                    search.result("the direct path failed lately, and is given time");
                    probe.sendAt(hysteresis.holdUntil());
                }
            }
            case DOUBT -> {
                if (hysteresis.proven()) {
                    path.enter(State.DIRECT);
                } else {
                    probe.sendAt(now + PathProbe.AGAIN_NANOS);
                }
            }
            case PLAIN -> {
                if (relays.isGood()) {
                    path.enter(State.DIRECT);
                }
            }
            case DIRECT -> {}
        }
        neighbour.onAnswer(now);
        parts.changed().accept(now);
    }

    private void promote(long now) {
        hysteresis.taken(now - path.changedAt());
        search.stop();
        path.change(State.DIRECT, now);
        path.news().direct(now);
    }

    /** The direct path has failed: back to the relay, if that reaches the peer. */
    private void fail(String why, long now) {
        if (!relays.isGood()) {
            path.enter(State.PLAIN);
            return;
        }
        hysteresis.failed(now - path.changedAt(), now);
        search.notBefore(now + SECOND_NANOS);
        leave(why, now);
    }

    /** The direct path is left for the relay, which is news to the user. */
    private void leave(String why, long now) {
        relay(why, now);
        if (peer.relay() != null) {
            relays.current().carry(parts.staged(), now);
            path.news().relayed(peer.relay(), why, now);
        }
    }

    private void relay(String why, long now) {
        search.result(why);
        probe.stop();
        path.change(State.RELAYED, now);
        parts.initiator().complete();
    }

    @Override
    public void onUnreachable(boolean here, long now) {
        if (here && !path.is(State.RELAYED) && relays.isGood()) {
            // No fault of the path, which may be as good as before in a moment.
            search.notBefore(now + SECOND_NANOS);
            leave("this machine cannot send there", now);
        } else if (!here && !path.is(State.RELAYED)) {
            fail("the network says that it is unreachable", now);
        }
    }

    @Override
    public void networkChanged(long now) {
        search.notBefore(now);
        neighbour.networkChanged();
        hysteresis.forget();
        if (path.is(State.DIRECT)) {
            probe.sendNow(now);
        } else if (path.is(State.DOUBT)) {
            // Hardly a doubt any more: another path can be looked for at once.
            relay("the network in front of us changed", now);
        } else if (path.is(State.PLAIN)) {
            adapt(now);
        }
    }

    @Override
    public void onTimer(long now) {
        search.onTimer(shakesHands() && session(now) != null, now);
        path.onTimer(now);
        neighbour.look(now);
        if (session(now) == null) {
            withoutSession(now);
        }
        if (!probe.onTimer(now)) {
            unanswered(now);
        }
        if (isWatched()) {
            silence.look(now);
            if (path.is(State.DIRECT) && silence.isIdle(now) && relays.isGood()) {
                search.notBefore(now);
                relay("idle", now);
            }
        }
    }

    private void withoutSession(long now) {
        if (path.is(State.DIRECT) || path.is(State.DOUBT)) {
            fail("the session ended", now);
        }
        if (path.is(State.PLAIN) && parts.initiator().isInDoubt(now)) {
            adapt(now);
            lookFor(now);
        }
    }

    /** The peer does not answer where it is: a lighthouse may know better, if none does yet. */
    private void lookFor(long now) {
        boolean possible = relays.current() != null && !relays.isGood() && search.isDue(now);
        if (path.is(State.PLAIN) && possible) {
            search.begin(now);
        }
    }

    private void unanswered(long now) {
        if (path.is(State.DIRECT)) {
            doubt(now);
        }
        if (!probe.isInVain()) {
            probe.sendAgain(now);
        } else if (path.is(State.DOUBT)) {
            fail(UNANSWERED, now);
        } else if (path.is(State.PLAIN)) {
            adapt(now);
            lookFor(now);
        } else if (!search.isActive()) {
            search.result(
                    probe.isPeerHeard() ? "its packets come, ours do not arrive" : UNANSWERED);
        }
    }

    private void doubt(long now) {
        hysteresis.doubted(now);
        search.result("in doubt: " + UNANSWERED);
        path.enter(relays.isGood() ? State.DOUBT : State.PLAIN);
        // It may be that we are elsewhere, behind a NAT that began anew.
        paths.lighthouses().forEach(link -> link.confirm(now));
    }

    /** Whether to look for signs that the direct path does not work any more. */
    private boolean isWatched() {
        boolean plain = path.is(State.PLAIN) && answersProbes && relays.current() != null;
        return path.is(State.DIRECT) || plain;
    }

    @Override
    public long deadline() {
        long at = Math.min(probe.deadline(), Math.min(search.deadline(), path.deadline()));
        at = Math.min(at, neighbour.deadline());
        return isWatched() ? Math.min(at, silence.deadline()) : at;
    }

    @Override
    public PathStatus status(long now) {
        return path.status(probe, search, now);
    }

    @Override
    public void close() {
        path.close();
        search.close();
        paths.remove(this);
    }
}
