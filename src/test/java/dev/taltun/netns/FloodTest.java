package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A flood of forged initiations from everywhere: who is connected stays so, who is not gets in. */
@NamespaceTest
final class FloodTest {
    /** Longer than anything here takes, however busy the machine; it is ended before. */
    private static final int SECONDS = 90;

    /** What even a busy machine has taken of it when a new peer is in, at least. */
    private static final long FLOODED = 10_000;

    @ParameterizedTest
    @CsvSource({
        "marked, false",
        "single, false",
        "unmarked, false",
        "marked, true",
        "single, true"
    })
    void aFlowGoesOnAndANewPeerGetsIn(String kind, boolean v6) {
        try (FloodLab lab = new FloodLab(v6)) {
            long before = lab.udp6("InDatagrams");
            Background flood = lab.flood(kind, TwoHosts.RIGHT_PORT, SECONDS);
            lab.newcomer().start();
            lab.awaitAnswer();
            if (v6) {
                // Before there is a flow, all but a few of them are the flood's.
                long came = lab.udp6("InDatagrams") - before;
                assertTrue(came >= FLOODED, came + " came");
                assertEquals(0, lab.udp6("InCsumErrors"), "the kernel itself dropped them");
            }
            Iperf.Flow flow = Iperf.tcp(lab.a(), lab.b(), TwoHosts.RIGHT_VIP, 3);
            assertTrue(flow.bytes() > 0, lab::logs);
            assertTrue(flood.isAlive(), "all of it under the flood: " + flood);
            flood.terminate(FloodLab.SOON);
            Ping.await(lab.a(), TwoHosts.RIGHT_VIP, FloodLab.SOON);
        }
    }
}
