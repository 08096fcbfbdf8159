package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What makes a failure worth reporting: its seed plays it again, to the last byte. */
class SeedTest {
    @Test
    void aSeedTellsTheSameStoryEachTime() {
        long seed = new Random().nextLong();
        String story = play(seed);
        assertEquals(story, play(seed));
        assertNotEquals(story, play(seed + 1));
    }

    private static String play(long seed) {
        Simulation sim = new Simulation(seed);
        sim.network().conditions().loss(0.1).duplicate(0.1).corrupt(0.05).jitterMillis(50);
        Identity a = sim.identity("a");
        Identity b = sim.identity("b");
        SimNode nodeA = sim.start(a, b.known());
        SimNode nodeB = sim.start(b, a.known().keepalive(10));
        sim.traffic().amid(nodeA, nodeB, 50);
        sim.runSeconds(60);
        nodeA.socket().moveTo(sim.outer(99, 99));
        sim.runSeconds(60);
        sim.traffic().stop();
        SimNode again = sim.restart(nodeA, true, b.known());
        sim.traffic().amid(again, nodeB, 50);
        sim.runSeconds(60);
        String story = sim.story();
        sim.finish();
        return story + sim.story();
    }
}
