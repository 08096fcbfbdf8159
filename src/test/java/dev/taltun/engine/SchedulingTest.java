package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulingTest {
    private static List<Integer> assigned(int threads, int... cpus) {
        return IntStream.range(0, threads).map(i -> Scheduling.cpu(cpus, i)).boxed().toList();
    }

    @Test
    void everyThreadHasACpuBeforeTwoShareOne() {
        assertEquals(List.of(0, 1), assigned(2, 0, 1, 2, 3));
        assertEquals(List.of(0, 1, 2, 3), assigned(4, 0, 1, 2, 3));
        assertEquals(List.of(4, 6, 9, 4), assigned(4, 4, 6, 9));
        assertEquals(List.of(5, 5), assigned(2, 5));
    }

    @Test
    void withoutAListNobodyIsPinned() {
        assertEquals(List.of(-1, -1), assigned(2));
    }
}
