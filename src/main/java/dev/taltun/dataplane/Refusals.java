package dev.taltun.dataplane;

import dev.taltun.io.udp.Endpoint;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A handful of places that the kernel would not send to, each there once however often it is
 * refused, so that one busy peer leaves room for a quiet one. More are lost until the control agent
 * makes room. Any thread adds, the control agent does the rest.
 */
final class Refusals {
    static final int PLACES = 8;

    private final AtomicReferenceArray<Endpoint> places = new AtomicReferenceArray<>(PLACES);

    /** Which of them were taken, a bit each. Control agent's. */
    private int taken;

    /** False if it is there already, or there is no room. */
    boolean add(Endpoint place) {
        for (int i = 0; i < PLACES; i++) {
            Endpoint there = places.get(i);
            if (there == null) {
                there = places.compareAndExchange(i, null, place);
            }
            if (there == null) {
                return true;
            }
            if (there.sameRemote(place)) {
                return false;
            }
        }
        return false;
    }

    private int waiting() {
        for (int i = 0; i < PLACES; i++) {
            if ((taken & 1 << i) == 0 && places.get(i) != null) {
                return i;
            }
        }
        return -1;
    }

    boolean isEmpty() {
        return waiting() < 0;
    }

    /** The next, which keeps its room until {@link #forgetTaken}; or null. */
    Endpoint take() {
        int i = waiting();
        if (i < 0) {
            return null;
        }
        taken |= 1 << i;
        return places.get(i);
    }

    /** From now on those that were taken can be added again. */
    void forgetTaken() {
        for (int i = 0; i < PLACES; i++) {
            if ((taken & 1 << i) != 0) {
                places.set(i, null);
            }
        }
        taken = 0;
    }
}
