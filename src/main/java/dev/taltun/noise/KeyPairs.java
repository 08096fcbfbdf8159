package dev.taltun.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The sessions of one peer. Control agent; what packet threads need of them, {@code peer} shows.
 *
 * <pre>
 *   next      we answered an initiation; the peer has not used the session yet, so only receive
 *   current   send and receive
 *   older     receive only: messages still under way when others replaced them; newest first
 *
 *   derived as initiator:  current -&gt; older;  new one -&gt; current
 *                          (a waiting next goes to older last: the peer may be sending with it)
 *   derived as responder:  new one -&gt; next; the old next, never used, is retired
 *   confirmed:             next -&gt; current -&gt; older
 * </pre>
 *
 * WireGuard keeps one older session. Three are for handshakes that cross. After two have crossed,
 * each side sends with the session that it initiated itself, so when the next two cross, one side
 * has its own session from before (which the peer never sent with), the peer's session from before
 * (of which messages are under way), and both new ones, of which the peer chooses either.
 *
 * <p>Retired sessions go to a consumer, which forgets their index and closes them when no thread
 * uses them any more.
 */
public final class KeyPairs {
    /** Most older sessions; one more pushes out the oldest. */
    static final int OLDER = 3;

    private final Consumer<Session> retire;
    private Session next;
    private Session current;
    private List<Session> older = List.of();

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

    /** Sessions to receive with that others have replaced, the newest first. Immutable. */
    public List<Session> older() {
        return older;
    }

    /** Whether there is no session at all. */
    public boolean isEmpty() {
        return next == null && current == null && older.isEmpty();
    }

    /** Takes over a new session. Control agent. */
    public void derived(Session session) {
        Session waiting = next;
        if (!session.initiator()) {
            // A message may have confirmed it since the control agent was last told of any.
            boolean used = waiting != null && waiting.isConfirmed() && confirmed(waiting);
            next = session;
            retire(used ? null : waiting);
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
        List<Session> expired = new ArrayList<>();
        next = unlessExpired(next, nowNanos, expired);
        current = unlessExpired(current, nowNanos, expired);
        if (!older.isEmpty()) {
            List<Session> left = new ArrayList<>(older);
            left.replaceAll(session -> unlessExpired(session, nowNanos, expired));
            left.removeIf(Objects::isNull);
            older = List.copyOf(left);
        }
        // Only now: who is told of a retired session may rely on finding it here no more.
        expired.forEach(this::retire);
    }

    /** Retires all sessions. Control agent. */
    public void clear() {
        List<Session> all = new ArrayList<>(older);
        all.add(next);
        all.add(current);
        next = null;
        current = null;
        older = List.of();
        all.forEach(this::retire);
    }

    private void shift(Session replaced) {
        if (replaced == null) {
            return;
        }
        List<Session> shifted = new ArrayList<>(OLDER + 1);
        shifted.add(replaced);
        shifted.addAll(older);
        Session oldest = shifted.size() > OLDER ? shifted.removeLast() : null;
        older = List.copyOf(shifted);
        retire(oldest);
    }

    private static Session unlessExpired(Session session, long nowNanos, List<Session> expired) {
        if (session != null && session.isExpired(nowNanos)) {
            expired.add(session);
            return null;
        }
        return session;
    }

    private void retire(Session session) {
        if (session != null) {
            retire.accept(session);
        }
    }
}
