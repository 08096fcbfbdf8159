package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A flood of forged initiations from everywhere: who is connected stays so, who is not gets in. */
@NamespaceTest
final class FloodTest {
    private static final int SECONDS = 15;

    @ParameterizedTest
    @ValueSource(strings = {"marked", "single", "unmarked"})
    void aFlowGoesOnAndANewPeerGetsIn(String kind) {
        try (FloodLab lab = new FloodLab()) {
            Background flood = lab.flood(kind, TwoHosts.RIGHT_PORT, SECONDS);
            lab.newcomer().start();
            lab.awaitAnswer();
            Iperf.Flow flow = Iperf.tcp(lab.a(), lab.b(), TwoHosts.RIGHT_VIP, 3);
            assertTrue(flow.bytes() > 0, lab::logs);
            assertTrue(flood.isAlive(), "all of it under the flood: " + flood);
            Outcome end = flood.await(FloodLab.SOON);
            assertEquals(0, end.exit(), end::output);
            Ping.await(lab.a(), TwoHosts.RIGHT_VIP, FloodLab.SOON);
        }
    }
}
