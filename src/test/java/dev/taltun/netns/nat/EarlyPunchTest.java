package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Await;
import dev.taltun.netns.Background;
import dev.taltun.netns.NamespaceTest;
import dev.taltun.netns.Ping;
import dev.taltun.netns.Shell;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A side that is slow to hear that the other one comes: what reached its leaky router before it
 * sent anything itself would take the port there (see {@link NatKindTest}).
 */
@NamespaceTest
final class EarlyPunchTest {
    private static final int REQUESTS = 500;
    private static final Duration INTERVAL = Duration.ofMillis(10);

    @Test
    void theOtherSidesPunchWaitsUntilALeakyRouterIsOpen() {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(NatKind.PRESERVING, NatKind.LEAKY).start("");
            String slow = Long.toString(meeting.right().process().pid());
            Shell.run("kill", "-STOP", slow);
            long from = System.nanoTime();
            Background ping = meeting.ping(REQUESTS, INTERVAL);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(900));
            Shell.run("kill", "-CONT", slow);
            Await.until("a direct path", Duration.ofSeconds(5), meeting::isDirect, meeting::logs);
            System.out.printf(
                    "NAT matrix: PRESERVING and LEAKY, slow for 900 ms: direct after %d ms%n",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
            assertEquals(0, Ping.finish(ping, Duration.ofSeconds(30)).lost(), meeting::logs);
            assertTrue(meeting.isDirect(), meeting::logs);
        }
    }
}
