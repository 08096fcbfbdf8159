package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Handshake;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.Limits;

/**
 * Decides when initiations go to one peer: never two within five seconds, again with some jitter
 * while there is no response, and no more 90 seconds after there last was a reason to. Control
 * agent's thread.
 *
 * <p>With two exceptions. As long as there is no session at all, the first initiation is sent again
 * after one second and after two more: it may have been lost among those of a flood, and who waits
 * for a first connection should not wait five seconds for one lost datagram. These repetitions go
 * where the first one went, and are no attempts of their own.
 *
 * <p>And a peer under load answers with a cookie, and gets the initiation again at once, with the
 * cookie; else nobody could connect to it in less than five seconds. (WireGuard's paper, section
 * 6.6, waits for the timer.) One such repetition for each initiation that the timer sent: were it
 * one for each cookie, two ends could go on like that for ever.
 */
final class Initiator {
    /** Initiations without response after which the suite that was agreed on is given up. */
    private static final int ATTEMPTS_WITH_SUITE = 2;

    /** Responses to one initiation that are looked at without a cookie while we are under load. */
    private static final int TRUSTED_RESPONSES = 4;

    /** How often the first initiation is sent again soon; before the n-th time n seconds pass. */
    private static final int EARLY_MAX = 2;

    private static final long EARLY_NANOS = 1_000_000_000;

    /** A responder takes initiations of one peer for a flood when they come faster. */
    private static final long OTHER_SUITE_AFTER_NANOS = 2 * Limits.INITIATION_INTERVAL_MIN_NANOS;

    /**
     * Least pause after a refusal, to which the same at random comes. ICMP errors come at one a
     * second after the first few, so that between them the pause is another.
     */
    private static final long REFUSED_PAUSE_NANOS = 100_000_000;

    private static final long HURRY_NANOS = 1_000_000_000;

    private static final long AFTER_REFUSAL_NANOS = 1_000_000_000;

    /** Refusals that shorten the wait, since there last was a reason: some five seconds of them. */
    private static final int REFUSALS_MAX = 10;

    private final ControlContext context;
    private final Peer peer;
    private final Handshake handshake;
    private final PeerSessions sessions;
    private final PeerMessages messages;
    private final PeerNews news;
    private final PeerPlace place;
    private final HelloExchange hello;

    /** Sent since there last was a reason to. */
    private int attempts;

    /** Sent since the peer last answered one, for whatever reasons. */
    private int unanswered;

    /** When the last initiation or response was sent, or 0. */
    private long sentAt;

    /** When there last was a reason to, and no initiation waiting for its response. */
    private long beganAt;

    /** Where the last initiation went. */
    private Endpoint sentTo;

    /** Whether the last initiation was sent because a cookie came. */
    private boolean withCookie;

    /** Responses to the last initiation that may still do without a cookie. */
    private int trusted;

    /** Refusals since there last was a reason for a handshake. */
    private int refusals;

    /** How often the first initiation was sent again soon. */
    private int early;

    /** When to send the next one if there still is no response, or 0. */
    private long retransmitAt;

    /** When to shake hands for the suite that was agreed on, or 0. */
    private long otherSuiteAt;

    Initiator(
            ControlContext context,
            Handshake handshake,
            PeerSessions sessions,
            PeerMessages messages,
            PeerNews news,
            PeerPlace place,
            HelloExchange hello) {
        this.context = context;
        this.handshake = handshake;
        this.sessions = sessions;
        this.messages = messages;
        this.news = news;
        this.place = place;
        this.hello = hello;
        peer = messages.peer();
    }

    /**
     * There is a reason for a handshake, other than that the last initiation was not answered.
     *
     * @param unansweredSince how long what we send has had no answer, at least
     */
    void want(long now, long unansweredSince) {
        if (peer.endpoint() == null || context.identity.isNobody()) {
            return;
        }
        // From now on another 90 seconds; one that was just sent is the first of them.
        attempts = Math.min(attempts, 1);
        boolean soon = sentAt != 0 && now - sentAt < Limits.REKEY_TIMEOUT_NANOS;
        if (soon || handshake.isPending()) {
            // What waits for its response is sent again by the timer, however many reasons there
            // are by then: it keeps the jitter, and looks for the peer elsewhere.
            if (retransmitAt == 0) {
                // Not now, but not never either: the session may come to nothing.
                retransmitAt = sentAt + Limits.REKEY_TIMEOUT_NANOS + context.jitter();
            }
            return;
        }
        begin(now, unansweredSince);
    }

    /**
     * There is a reason for a handshake soon although there just was one: both sides have found out
     * that they have a better suite.
     */
    void wantOtherSuite(long now) {
        otherSuiteAt = Math.max(now, sentAt + OTHER_SUITE_AFTER_NANOS);
    }

    /** How long the peer has been asked without response; 0 if it is not being asked. */
    long unansweredFor(long now) {
        return isAsking() ? now - beganAt : 0;
    }

    /** Whether that is so long that it is time to ask the lighthouses. */
    boolean isInDoubt(long now) {
        return unansweredFor(now) >= EARLY_NANOS;
    }

    /**
     * Whether the peer is being asked: it is no reason for another 90 seconds that what we send
     * gets nowhere then.
     */
    boolean isAsking() {
        return retransmitAt != 0 && handshake.isPending();
    }

    /** When the last initiation or response was sent, or 0. */
    long sentAt() {
        return sentAt;
    }

    /** A response was sent; it keeps its distance from initiations too. */
    void responded(long now) {
        sentAt = now;
    }

    /**
     * Where the last initiation went there is a host, but nobody listens: as when two engines are
     * started at the same time. It will soon be worth another try.
     */
    void refused(long now) {
        if (handshake.isPending() && refusals < REFUSALS_MAX) {
            refusals++;
            // It says nothing about the suite, and takes nothing of the 90 seconds.
            attempts = Math.max(0, attempts - 1);
            unanswered = Math.max(0, unanswered - 1);
            long pause = REFUSED_PAUSE_NANOS + context.upTo(REFUSED_PAUSE_NANOS);
            retransmitAt = Math.min(retransmitAt, now + pause);
        }
    }

    /** A cookie came in answer to what was sent last. */
    void onCookie(long now) {
        if (!handshake.isPending() || withCookie) {
            return;
        }
        // The peer is there and has not refused anything: neither is this an attempt of its own.
        if (messages.initiation(hello.suite(), sentTo, now)) {
            sentAt = now;
            retransmitAt = now + timeout(now);
            withCookie = true;
            trusted = TRUSTED_RESPONSES;
        }
    }

    /** Whether one more response may do without a cookie. */
    boolean trustsResponse() {
        return trusted-- > 0;
    }

    /** What was sent last may have got nowhere: again, a second after it at the earliest. */
    void hurry(long now) {
        if (handshake.isPending() && retransmitAt != 0) {
            retransmitAt = Math.min(retransmitAt, Math.max(now, sentAt + HURRY_NANOS));
        }
    }

    /** There is a new session, whoever initiated it; or nothing is wanted any more. */
    void complete() {
        messages.abandonInitiation();
        attempts = 0;
        unanswered = 0;
        refusals = 0;
        retransmitAt = 0;
        otherSuiteAt = 0;
    }

    private void begin(long now, long unansweredSince) {
        attempts = 0;
        refusals = 0;
        early = 0;
        beganAt = now;
        news.asking(unansweredSince);
        send(peer.endpoint(), now);
    }

    /** How long to wait for a response. */
    private long timeout(long now) {
        if (mayHurry(now)) {
            return (early + 1) * EARLY_NANOS + context.jitter();
        }
        if (refusals > 0 && refusals < REFUSALS_MAX) {
            return AFTER_REFUSAL_NANOS + context.jitter();
        }
        return Limits.REKEY_TIMEOUT_NANOS + context.jitter();
    }

    private boolean mayHurry(long now) {
        return attempts <= 1 && early < EARLY_MAX && refusals == 0 && sessions.usable(now) == null;
    }

    private void send(Endpoint to, long now) {
        if (unanswered >= ATTEMPTS_WITH_SUITE) {
            hello.distrust();
        }
        if (!messages.initiation(hello.suite(), to, now)) {
            retransmitAt = now + TimerWheel.TICK_NANOS;
            return;
        }
        place.askedAt(to);
        attempts++;
        unanswered++;
        sentTo = to;
        sent(now);
    }

    private void sent(long now) {
        sentAt = now;
        withCookie = false;
        trusted = TRUSTED_RESPONSES;
        retransmitAt = now + timeout(now);
    }

    /**
     * Sends what is due.
     *
     * @return false when it has given up
     */
    boolean onTimer(long now) {
        if (otherSuiteAt != 0 && now >= otherSuiteAt) {
            otherSuiteAt = 0;
            if (!handshake.isPending()) {
                begin(now, now);
            }
        }
        return retransmitAt == 0 || now < retransmitAt || retransmit(now);
    }

    private boolean retransmit(long now) {
        if (!handshake.isPending() && !sessions.wantHandshake(now)) {
            retransmitAt = 0;
            return true;
        }
        if (handshake.isPending() && mayHurry(now)) {
            if (messages.initiation(hello.suite(), sentTo, now)) {
                early++;
                sent(now);
            } else {
                retransmitAt = now + TimerWheel.TICK_NANOS;
            }
            return true;
        }
        if (handshake.isPending()) {
            news.notAnswered(now);
        }
        if (attempts >= Limits.HANDSHAKE_ATTEMPTS_MAX) {
            attempts = 0;
            retransmitAt = 0;
            messages.abandonInitiation();
            return false;
        }
        place.seekAgain(now);
        place.forgetLocalAddress();
        news.asking(now);
        send(place.repeatTo(now), now);
        return true;
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        long retransmit = retransmitAt == 0 ? Long.MAX_VALUE : retransmitAt;
        return otherSuiteAt == 0 ? retransmit : Math.min(retransmit, otherSuiteAt);
    }
}
