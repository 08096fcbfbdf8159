package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NetworkNewsTest implements LocalNetwork {
    private static final long START = TimeUnit.HOURS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final NetworkNews news = new NetworkNews(this);
    private boolean changed;

    @Override
    public List<Endpoint> places() {
        return List.of();
    }

    @Override
    public boolean changed(long now) {
        boolean was = changed;
        changed = false;
        return was;
    }

    private boolean isDue(boolean change, long millis) {
        changed = change;
        return news.isDue(START + millis * MILLI);
    }

    @Test
    void theFirstIsActedOnAtOnceAndTheNextTogether() {
        assertFalse(isDue(false, 0));
        assertEquals(Long.MAX_VALUE, news.deadline());
        assertTrue(isDue(true, 1));
        assertFalse(isDue(false, 2));
        assertFalse(isDue(true, 3));
        assertFalse(isDue(true, 100));
        assertEquals(START + 201 * MILLI, news.deadline());
        assertTrue(isDue(false, 201));
        assertEquals(Long.MAX_VALUE, news.deadline());
        assertFalse(isDue(false, 5000));
    }

    @Test
    void aNetworkThatNeverRestsIsFollowedMoreAndMoreSlowly() {
        int acted = 0;
        for (int millis = 1; millis <= 600_000; millis += 10) {
            acted += isDue(true, millis) ? 1 : 0;
        }
        assertTrue(acted > 40 && acted < 60, acted + " times in ten minutes");
        // After half a minute of calm it is news again.
        assertFalse(isDue(false, 625_000) && isDue(false, 626_000));
        assertTrue(isDue(true, 660_000));
        assertFalse(isDue(true, 660_100));
        assertTrue(isDue(true, 660_200));
    }
}
