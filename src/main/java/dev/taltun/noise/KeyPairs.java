package dev.taltun.noise;

import java.util.function.Consumer;

/**
 * The sessions of one peer. The control agent changes them; any thread may read.
 *
 * <pre>
 *   next      we answered an initiation; the peer has not used the session yet, so only receive
 *   current   send and receive
 *   previous  receive only: messages still under way when current replaced it
 *   elder     receive only: as previous, one replacement earlier
 *
 *   derived as initiator:  current -&gt; previous -&gt; elder -&gt; retired;  new one -&gt; current
 *                          (a waiting next goes to previous last: the peer may be sending with it)
 *   derived as responder:  new one -&gt; next; the old next, never used, is retired
 *   confirmed:             next -&gt; current -&gt; previous -&gt; elder -&gt; retired
 * </pre>
 *
 * WireGuard keeps three. The fourth is for two handshakes that cross: one replaces the current
 * session while the other waits in next, and messages of both and of the one before are under way.
 * Retired sessions go to a consumer, which forgets their index and closes them when no thread uses
 * them any more.
 */
public final class KeyPairs {
    private final Consumer<Session> retire;
    private volatile Session next;
    private volatile Session current;
    private volatile Session previous;
    private volatile Session elder;

    /**
     * @param retire takes each session that is no longer needed, once, on the control agent's
     *     thread
     */
    public KeyPairs(Consumer<Session> retire) {
        this.retire = retire;
    }

    /** The session to send with, or null. It may have expired. */
    public Session current() {
        return current;
    }

    /** The session that waits for its first message, or null. */
    public Session next() {
        return next;
    }

    /** The session before the current one, or null. */
    public Session previous() {
        return previous;
    }

    /** The session before the previous one, or null. */
    public Session elder() {
        return elder;
    }

    /** Takes over a new session. Control agent. */
    public void derived(Session session) {
        Session waiting = next;
        if (!session.initiator()) {
            next = session;
            retire(waiting);
            return;
        }
        Session replaced = current;
        current = session;
        next = null;
        shift(replaced);
        shift(waiting);
    }

    /**
     * The first message of a session arrived: if it waits in next, it becomes current. Control
     * agent.
     *
     * @return true if it became current
     */
    public boolean confirmed(Session session) {
        if (session != next) {
            return false;
        }
        Session replaced = current;
        current = session;
        next = null;
        shift(replaced);
        return true;
    }

    /** Retires the sessions that are too old to send or receive. Control agent. */
    public void expire(long nowNanos) {
        Session[] all = {next, current, previous, elder};
        next = unlessExpired(next, nowNanos);
        current = unlessExpired(current, nowNanos);
        previous = unlessExpired(previous, nowNanos);
        elder = unlessExpired(elder, nowNanos);
        // Only now: who is told of a retired session may rely on finding it here no more.
        for (Session session : all) {
            if (session != null && session.isExpired(nowNanos)) {
                retire(session);
            }
        }
    }

    /** Retires all sessions. Control agent. */
    public void clear() {
        Session[] all = {next, current, previous, elder};
        next = null;
        current = null;
        previous = null;
        elder = null;
        for (Session session : all) {
            retire(session);
        }
    }

    private void shift(Session replaced) {
        if (replaced != null) {
            Session oldest = elder;
            elder = previous;
            previous = replaced;
            retire(oldest);
        }
    }

    private static Session unlessExpired(Session session, long nowNanos) {
        return session == null || session.isExpired(nowNanos) ? null : session;
    }

    private void retire(Session session) {
        if (session != null) {
            retire.accept(session);
        }
    }
}
