package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long the control agent sleeps, and what wakes it. */
class ControlSleepTest {
    private static final long LONG = 3600 * Lab.SECOND;

    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private final Node a = lab.node(1, keyA, new Lab.Spec(2, keyB));
    private final Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));

    private long sleep() {
        a.sleep.nanos = -1;
        a.control.awaitWork(LONG);
        return a.sleep.nanos;
    }

    @Test
    void withNothingToDoAsLongAsItMay() {
        lab.runSeconds(1);
        assertEquals(LONG, sleep());
    }

    @Test
    void untilTheNextTimer() {
        lab.wire.drop = datagram -> true;
        a.send(b, 1);
        lab.settle();
        long nanos = sleep();
        assertTrue(nanos >= Lab.SECOND && nanos <= 1.5 * Lab.SECOND);
        lab.wire.drop = datagram -> false;
        lab.runSeconds(10);
        assertTrue(sleep() <= 1.1 * Lab.SECOND, "a session is looked at every second");
    }

    @Test
    void notAtAllWithAMessageWaiting() {
        a.send(b, 1);
        a.stepOutbound();
        assertEquals(-1, sleep());
        lab.settle();
        assertTrue(sleep() > 0);
    }

    @Test
    void notAtAllWithACommandWaiting() {
        a.control.commands().status();
        assertEquals(-1, sleep());
    }

    @Test
    void onlyASleeperIsWoken() {
        a.control.commands().status();
        assertEquals(0, a.sleep.wakeUps, "it works");
        lab.settle();
        a.sleep.meanwhile = () -> a.control.commands().add(List.of());
        sleep();
        assertEquals(1, a.sleep.wakeUps);
        lab.settle();
        a.sleep.meanwhile =
                () -> {
                    a.send(b, 1);
                    a.stepOutbound();
                };
        sleep();
        assertEquals(2, a.sleep.wakeUps);
    }
}
