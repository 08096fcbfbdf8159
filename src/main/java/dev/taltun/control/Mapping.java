package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether the NAT in front of us shows another port to every destination, as far as lighthouses can
 * tell: two that see us at two places at the same time prove it. What one saw that is gone, or of
 * which we heard before the network changed, proves nothing about now. Control agent's thread.
 */
final class Mapping {
    private final Map<Object, Sighting> sightings = new HashMap<>();
    private boolean varies;

    /** What was last found; false while there is nothing to compare. */
    boolean varies() {
        return varies;
    }

    /**
     * A lighthouse sees us.
     *
     * @param by which one
     */
    void seen(Object by, Sighting now) {
        Sighting before = sightings.put(by, now);
        if (before != null && !before.isSamePlace(now)) {
            // What is in front of us has changed: the others have yet to see it.
            sightings.keySet().retainAll(Set.of(by));
            varies = false;
        }
        boolean compared = false;
        boolean differs = false;
        for (Map.Entry<Object, Sighting> other : sightings.entrySet()) {
            if (!other.getKey().equals(by) && other.getValue().isComparableTo(now)) {
                compared = true;
                differs |= !other.getValue().isSamePlace(now);
            }
        }
        if (compared) {
            varies = differs;
        }
    }

    /** Whether a place is at an address at which a lighthouse sees us: our own NAT's, if any. */
    boolean isOurs(Endpoint place) {
        return sightings.values().stream()
                .anyMatch(seen -> seen.isTranslated() && seen.place().sameAddress(place));
    }

    /**
     * What a lighthouse saw does not count any more: it does not answer, or the network is another.
     * What was found holds as long as one is left that still sees us where it did.
     */
    void forget(Object by) {
        sightings.remove(by);
        if (sightings.isEmpty()) {
            varies = false;
        }
    }
}
