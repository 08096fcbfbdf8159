package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.config.BlankConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersTest {
    private static final int ANY = Integer.MAX_VALUE;

    @ParameterizedTest(name = "{0} CPUs: {1}")
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 2", "7, 3", "8, 4", "16, 8", "256, 8"})
    void byDefaultEveryThreadHasACpu(int cpus, int workers) {
        assertEquals(workers, Workers.of(0, cpus, ANY));
    }

    @Test
    void theUserMayWishForMoreOrFewer() {
        assertEquals(256, Workers.of(256, 2, ANY));
        assertEquals(1, Workers.of(1, 64, ANY));
    }

    @Test
    void aDeviceWithOneQueueTakesOne() {
        assertEquals(1, Workers.of(0, 64, 1));
        assertEquals(1, Workers.of(4, 64, 1));
        Inherited device = new Inherited(7, Inherited.NONE);
        assertEquals(1, Workers.of(BlankConfig.of("wg0", true).iface(), device));
    }
}
