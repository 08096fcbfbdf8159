package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Others can have the path change as often as they like; the log must not grow as fast. */
class PathNewsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1000 * SECOND;
    private static final String DIRECT = "direct";

    private final List<String> lines = new ArrayList<>();
    private final Peer relay = TestParts.peer(2);
    private Peer told;
    private final PathNews news =
            new PathNews(
                    new ControlListener() {
                        @Override
                        public void pathDirect(Peer peer, Endpoint endpoint) {
                            lines.add(DIRECT);
                        }

                        @Override
                        public void pathRelayed(Peer peer, Peer by, String reason) {
                            lines.add(reason);
                            told = by;
                        }
                    },
                    TestParts.peer(1));

    private long now = START;

    /** How it is at present. */
    private boolean isDirect;

    private Peer by = relay;

    private void direct() {
        isDirect = true;
        news.over();
        news.direct(now);
    }

    private void relayed(String reason) {
        isDirect = false;
        news.over();
        news.relayed(by, reason, now);
    }

    /** As the control agent does, until then. */
    private void runUntil(long time) {
        while (news.deadline() <= time) {
            now = Math.max(now, news.deadline());
            news.onTimer(isDirect, by, now);
        }
        now = time;
    }

    private String last() {
        return lines.getLast();
    }

    @Test
    void aFewChangesAreToldAtOnce() {
        relayed("gone");
        direct();
        relayed("gone");
        assertEquals(List.of("gone", DIRECT, "gone"), lines);
        assertEquals(Long.MAX_VALUE, news.deadline());
    }

    @Test
    void aPathThatChangesAllTheTimeIsALineAMinuteAndTheLastStateIsTold() {
        for (int i = 0; i < 6000; i++) {
            relayed("gone");
            runUntil(now + SECOND / 20);
            direct();
            runUntil(now + SECOND / 20);
        }
        assertTrue(lines.size() <= PathNews.AT_ONCE + 10, lines.size() + " lines in ten minutes");
        assertTrue(lines.size() >= PathNews.AT_ONCE + 5, "it goes on");
        relayed("for good");
        runUntil(now + PathNews.EVERY_NANOS + 1);
        assertEquals("for good", last());
    }

    private void exhaust() {
        for (int i = 0; i < PathNews.AT_ONCE; i++) {
            relayed("gone " + i);
        }
        assertEquals(PathNews.AT_ONCE, lines.size());
    }

    @Test
    void whatTheUserKnowsIsNotRepeated() {
        exhaust();
        String told = last();
        direct();
        relayed(told);
        runUntil(now + 10 * PathNews.EVERY_NANOS);
        assertEquals(PathNews.AT_ONCE, lines.size());
    }

    @Test
    void whatIsNotSoAnyMoreIsNotTold() {
        exhaust();
        direct();
        news.over();
        runUntil(now + 10 * PathNews.EVERY_NANOS);
        assertEquals(PathNews.AT_ONCE, lines.size());
    }

    @Test
    void whatIsHeldBackWaitsWhileItIsInDoubt() {
        exhaust();
        direct();
        isDirect = false;
        runUntil(now + 3 * PathNews.EVERY_NANOS);
        assertEquals(PathNews.AT_ONCE, lines.size(), "not direct at present");
        isDirect = true;
        runUntil(now + 2 * SECOND);
        assertEquals(DIRECT, last());
        assertEquals(Long.MAX_VALUE, news.deadline());
    }

    @Test
    void whoRelaysIsToldAsItIsByThen() {
        exhaust();
        relayed("gone for good");
        by = null;
        runUntil(now + 2 * PathNews.EVERY_NANOS);
        assertEquals(PathNews.AT_ONCE, lines.size(), "nobody relays");
        by = TestParts.peer(3);
        runUntil(now + 2 * SECOND);
        assertEquals("gone for good", last());
        assertEquals(by, told);
    }
}
