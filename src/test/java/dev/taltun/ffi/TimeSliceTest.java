package dev.taltun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
    private static final Path STATE = Path.of("/proc/thread-self/sched");

    /** What the kernel says about the calling thread. */
    private record State(String policy, String priority, String slice) {
        static State now() throws Exception {
            List<String> lines = Files.readAllLines(STATE);
            return new State(
                    value(lines, "policy"), value(lines, "prio"), value(lines, "se.slice"));
        }

        /** Of a line such as {@code se.slice : 100000}; empty if there is none. */
        private static String value(List<String> lines, String name) {
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    @BeforeEach
    void check() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(STATE), "needs a kernel that shows its schedule");
        State state = State.now();
        Assumptions.assumeTrue(state.policy.equals("0"), "needs threads of SCHED_OTHER");
        Assumptions.assumeFalse(state.slice.isEmpty(), "needs a kernel that shows slices");
        Assumptions.assumeTrue(LibcHandles.PLAIN_VARIADICS, "needs the numbers of system calls");
    }

    /** On a thread of its own: the others are to stay as they are. */
    private static <T> T onAThread(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.start();
        thread.join();
        return future.get();
    }

    private static State requested(long nanos) throws Exception {
        assertTrue(TimeSlice.request(nanos));
        return State.now();
    }

    @Test
    void shortensTheSliceAndNothingElse() throws Exception {
        State before = State.now();
        State shorter = onAThread(() -> requested(100_000));
        // The first kernels that show slices do not let anybody choose.
        Assumptions.assumeFalse(shorter.equals(before), "needs Linux 6.12");
        assertEquals(new State(before.policy, before.priority, "100000"), shorter);
        State both =
                onAThread(
                        () -> {
                            requested(100_000);
                            return requested(3_000_000);
                        });
        assertEquals(shorter, both, "a shorter one stays");
        assertEquals(before, State.now(), "of that thread only");
    }

    @Test
    void leavesAnotherPriorityAsItIs() throws Exception {
        State[] states =
                onAThread(
                        () -> {
                            ThreadPriority.lower();
                            return new State[] {State.now(), requested(100_000)};
                        });
        assertEquals("139", states[0].priority, "nice 19");
        assertEquals("139", states[1].priority);
    }
}
