package dev.taltun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
    private static final Path STATE = Path.of("/proc/thread-self/sched");

    /** A line of what the kernel says about this thread, such as {@code se.slice : 100000}. */
    private static String state(String name) throws IOException {
        List<String> lines = Files.readAllLines(STATE);
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("");
    }

    @Test
    void shortensTheSliceAndNothingElse() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(STATE), "needs a kernel that shows its schedule");
        Assumptions.assumeTrue(!state("se.slice").isEmpty(), "needs Linux 6.6");
        String policy = state("policy");
        String priority = state("prio");
        assertTrue(TimeSlice.request(100_000));
        Assumptions.assumeFalse(isBefore(6, 12), "before Linux 6.12 nobody can choose");
        assertEquals("100000", state("se.slice"));
        assertTrue(TimeSlice.request(3_000_000));
        assertEquals("3000000", state("se.slice"));
        assertEquals(policy, state("policy"));
        assertEquals(priority, state("prio"));
    }

    @Test
    void leavesAnotherPriorityAsItIs() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(STATE), "needs a kernel that shows its schedule");
        String[] priority = new String[2];
        Thread thread =
                new Thread(
                        () -> {
                            ThreadPriority.lower();
                            try {
                                priority[0] = state("prio");
                                TimeSlice.request(100_000);
                                priority[1] = state("prio");
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        thread.start();
        thread.join();
        assertEquals("139", priority[0], "nice 19");
        assertEquals("139", priority[1]);
        assertFalse(state("prio").equals("139"), "of that thread only");
    }

    private static boolean isBefore(int major, int minor) {
        String[] parts = System.getProperty("os.version").split("[.-]", 3);
        int a = Integer.parseInt(parts[0]);
        int b = Integer.parseInt(parts[1]);
        return a < major || a == major && b < minor;
    }
}
