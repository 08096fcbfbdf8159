package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathsTest {
    private static final int AT_ONCE = 4;

    private final ManualClock clock = new ManualClock();
    private final Paths paths = new Paths(PathSettings.NONE, 1);

    /** Which lighthouse was registered with, in order. */
    private final List<Integer> told = new ArrayList<>();

    private void lighthouse(int number) {
        // It makes itself known.
        LighthouseLink link =
                new LighthouseLink(TestParts.of(clock, number, now -> told.add(number)), paths);
        assertEquals(link, paths.lighthouses().get(number));
    }

    private void tellAgain(int times) {
        told.clear();
        for (int i = 0; i < times; i++) {
            paths.tellAgain(clock.nanoTime());
        }
    }

    /** Their answers may be what there is to tell next: it must not go on as fast as they come. */
    @Test
    void whatIsLearntOfOurselvesIsToldToAllLighthousesAtALimitedRate() {
        lighthouse(0);
        lighthouse(1);
        clock.advanceSeconds(100);
        tellAgain(1);
        assertEquals(List.of(0, 1), told);
        tellAgain(100);
        assertEquals(2 * (AT_ONCE - 1), told.size());
        for (int second = 0; second < 3; second++) {
            clock.advanceSeconds(1);
            tellAgain(100);
            assertEquals(List.of(0, 1), told, "one a second");
        }
    }
}
