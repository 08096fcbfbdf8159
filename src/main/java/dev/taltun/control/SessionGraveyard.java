package dev.taltun.control;

import dev.taltun.agent.Quiescence;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Retired sessions until no packet thread can hold them any more; then they are closed, which wipes
 * their keys.
 *
 * <p>Three steps: {@link #condemn} collects while sessions are replaced; {@link #bury}, once the
 * peer shows another session, forgets the indices and marks the moment; {@link #dig} closes what
 * every thread has left behind since. Were the moment marked before the peer shows another session,
 * a thread could still take the old one after it.
 */
final class SessionGraveyard {
    private record Grave(long[] moment, List<Session> sessions) {}

    private final IndexTable indices;
    private final Quiescence quiescence;
    private final ArrayDeque<Grave> graves = new ArrayDeque<>();
    private List<Session> condemned = new ArrayList<>();

    SessionGraveyard(IndexTable indices, Quiescence quiescence) {
        this.indices = indices;
        this.quiescence = quiescence;
    }

    /** Takes a session that nobody shall find any more. */
    void condemn(Session session) {
        condemned.add(session);
    }

    /** Nobody finds the condemned sessions by their peer any more. */
    void bury() {
        if (condemned.isEmpty()) {
            return;
        }
        for (Session session : condemned) {
            indices.remove(session.localIndex());
        }
        graves.add(new Grave(quiescence.snapshot(), condemned));
        condemned = new ArrayList<>();
    }

    /**
     * Closes the sessions that no thread can hold any more.
     *
     * @return how many
     */
    int dig() {
        int closed = 0;
        Grave grave;
        while ((grave = graves.peek()) != null && quiescence.passedSince(grave.moment())) {
            grave.sessions().forEach(Session::close);
            closed += grave.sessions().size();
            graves.remove();
        }
        return closed;
    }

    boolean isEmpty() {
        return graves.isEmpty();
    }
}
