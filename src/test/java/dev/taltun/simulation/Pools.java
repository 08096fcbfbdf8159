package dev.taltun.simulation;

import dev.taltun.agent.Pool;
import dev.taltun.dataplane.PacketSender;
import java.lang.reflect.Field;

/**
 * Looks into pools, which nobody else needs to: whether all objects are back is a question that
 * only a test asks.
 */
final class Pools {
    private Pools() {}

    /** All objects of all pools that are fields of an object are back in them. */
    static void checkHome(String who, Object owner) {
        int pools = 0;
        for (Field field : owner.getClass().getDeclaredFields()) {
            if (field.getType() == Pool.class) {
                pools++;
                if (!((Pool<?>) value(owner, field)).allButTaken(0)) {
                    throw new AssertionError(
                            who
                                    + ": something is missing in "
                                    + owner.getClass().getSimpleName()
                                    + "."
                                    + field.getName());
                }
            }
        }
        if (pools == 0) {
            throw new AssertionError(owner.getClass() + " has no pool: look elsewhere");
        }
    }

    /** What an agent sends packets with: the pool is there. */
    static Object sender(Object agent) {
        for (Field field : agent.getClass().getDeclaredFields()) {
            if (field.getType() == PacketSender.class) {
                return value(agent, field);
            }
        }
        throw new AssertionError(agent.getClass() + " sends by other means: look elsewhere");
    }

    private static Object value(Object owner, Field field) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
