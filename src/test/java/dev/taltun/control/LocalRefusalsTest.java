package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.agent.Wakeup;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.RefusalTeller;
import dev.taltun.io.udp.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One refused datagram is no reason to leave a path. */
class LocalRefusalsTest {
    private static final long MILLI = 1_000_000L;
    private static final Endpoint PLACE = Node.outer(1);

    private final ControlPort port = new ControlPort(2, 2, new Wakeup(), () -> {});
    private final LocalRefusals refusals = new LocalRefusals(port);
    private long now = 1000 * MILLI;

    /** What counts when this is refused after a while. */
    private List<Endpoint> refused(long millis, Endpoint place) {
        long at = now + millis * MILLI;
        while (refusals.deadline() <= at) {
            now = refusals.deadline();
            assertEquals(List.of(), refusals.take(now));
        }
        now = at;
        RefusalTeller.tell(port, place);
        return List.copyOf(refusals.take(now));
    }

    @Test
    void theSecondWithinTwoSecondsCounts() {
        assertEquals(List.of(), refused(0, PLACE));
        assertEquals(List.of(), refused(2001, PLACE), "long ago");
        assertEquals(List.of(), refused(20, PLACE), "of one burst");
        assertEquals(List.of(), refused(20, PLACE.withPort(1)), "another place");
        Endpoint elsewhere = new Endpoint(0, PLACE.low(), PLACE.port(), 0, 0, 7);
        assertEquals(List.of(elsewhere), refused(1500, elsewhere), "from wherever");
    }

    @Test
    void whatIsRefusedAllTheTimeCountsOnceASecond() {
        int count = 0;
        for (int i = 0; i < 1000; i++) {
            count += refused(10, PLACE).size();
        }
        assertEquals(10, count, 1);
    }
}
