package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CourtesyTest {
    private int turns;
    private final Courtesy courtesy = new Courtesy(() -> turns++);

    private void step(int datagrams) {
        courtesy.passed(datagrams);
        courtesy.endStep();
    }

    @Test
    void tcpGivesNoTurn() {
        step(0);
        assertEquals(0, turns);
    }

    @Test
    void aLoneDatagramIsWaitedFor() {
        step(1);
        step(0);
        step(Courtesy.FEW);
        assertEquals(2, turns);
    }

    @Test
    void aStreamGivesATurnEverySoOften() {
        int size = Courtesy.MANY / 4;
        for (int i = 0; i < 40; i++) {
            courtesy.passed(size - 1);
            courtesy.passed(1);
            courtesy.endStep();
        }
        assertEquals(10, turns);
        step(3 * Courtesy.MANY);
        assertEquals(11, turns);
    }
}
