package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.protocol.Limits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyPairsTest {
    private final List<Session> retired = new ArrayList<>();
    private final KeyPairs pairs = new KeyPairs(retired::add);

    private static Session initiated() {
        return Fixed.session(true, 0);
    }

    private static Session answered() {
        return Fixed.session(false, 0);
    }

    @Test
    void asInitiatorTheNewSessionIsUsedAtOnce() {
        Session first = initiated();
        Session second = initiated();
        pairs.derived(first);
        assertSame(first, pairs.current());
        pairs.derived(second);
        assertSame(second, pairs.current());
        assertEquals(List.of(first), pairs.older());
        assertTrue(retired.isEmpty());
    }

    @Test
    void asResponderTheNewSessionWaitsForItsFirstMessage() {
        Session first = answered();
        Session second = answered();
        pairs.derived(first);
        assertNull(pairs.current());
        assertSame(first, pairs.next());
        assertTrue(pairs.confirmed(first));
        assertFalse(pairs.confirmed(first));
        assertSame(first, pairs.current());
        assertNull(pairs.next());
        pairs.derived(second);
        assertSame(first, pairs.current());
        assertTrue(pairs.confirmed(second));
        assertEquals(List.of(first), pairs.older());
        assertTrue(retired.isEmpty());
    }

    @Test
    void anUnusedNextIsReplaced() {
        Session first = answered();
        Session second = answered();
        pairs.derived(first);
        pairs.derived(second);
        assertSame(second, pairs.next());
        assertEquals(List.of(first), retired);
        assertFalse(pairs.confirmed(first));
    }

    @Test
    void aNextThatWasUsedSinceIsNotReplacedButCurrent() {
        Session first = answered();
        Session second = answered();
        pairs.derived(first);
        assertTrue(first.confirm());
        pairs.derived(second);
        assertSame(second, pairs.next());
        assertSame(first, pairs.current());
        assertTrue(retired.isEmpty());
    }

    @Test
    void crossingHandshakesLoseNoSession() {
        Session old = initiated();
        Session theirs = answered();
        Session ours = initiated();
        pairs.derived(old);
        pairs.derived(theirs);
        pairs.derived(ours);
        assertSame(ours, pairs.current());
        assertNull(pairs.next());
        assertEquals(List.of(theirs, old), pairs.older());
        assertFalse(pairs.confirmed(theirs), "it may receive, but what is current stays");
        assertTrue(retired.isEmpty());
    }

    /** Each side sends with its own session, and both start the next handshake at once. */
    @Test
    void handshakesThatCrossAgainKeepWhatThePeerSendsWith() {
        Session ours = initiated();
        Session theirs = answered();
        pairs.derived(theirs);
        pairs.derived(ours);
        Session theirsAgain = answered();
        Session oursAgain = initiated();
        pairs.derived(theirsAgain);
        pairs.derived(oursAgain);
        assertSame(oursAgain, pairs.current());
        assertEquals(List.of(theirsAgain, ours, theirs), pairs.older());
        assertTrue(retired.isEmpty());
    }

    @Test
    void everyOtherSessionIsRetiredOnce() {
        List<Session> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Session session = i % 3 == 0 ? answered() : initiated();
            all.add(session);
            pairs.derived(session);
            if (i % 6 == 0) {
                pairs.confirmed(session);
            }
        }
        pairs.clear();
        assertEquals(all.size(), retired.size());
        assertTrue(retired.containsAll(all));
        assertNull(pairs.current());
    }

    @Test
    void expiredSessionsAreRetiredAfterTheyAreGone() {
        long limit = Limits.REJECT_AFTER_TIME_NANOS;
        List<Session> seen = new ArrayList<>();
        KeyPairs[] holder = new KeyPairs[1];
        holder[0] =
                new KeyPairs(
                        session -> {
                            assertFalse(session == holder[0].current());
                            assertFalse(holder[0].older().contains(session));
                            seen.add(session);
                        });
        Session first = Fixed.session(true, 0);
        Session second = Fixed.session(true, 10);
        holder[0].derived(first);
        holder[0].derived(second);
        holder[0].expire(limit - 1);
        assertTrue(seen.isEmpty());
        holder[0].expire(limit);
        assertEquals(List.of(first), seen);
        assertSame(second, holder[0].current());
        holder[0].expire(limit + 10);
        assertEquals(List.of(first, second), seen);
        assertNull(holder[0].current());
    }
}
