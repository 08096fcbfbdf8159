package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.TestOffloads;
import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffloadNewsTest {
    private static final Endpoint PLACE = new Endpoint(0, Endpoint.mapped(1), 1000, 0, 0, 0);

    private final Offloads offloads = new Offloads(64, true, true);
    private final List<String> lines = new ArrayList<>();
    private final OffloadNews news = new OffloadNews(offloads, log());

    private EngineLog log() {
        return new EngineLog() {
            @Override
            public void info(String line) {
                throw new AssertionError("not worth a line: " + line);
            }

            @Override
            public void warn(String line) {
                lines.add(line);
            }

            @Override
            public void debug(String line) {
                throw new AssertionError("not worth a line: " + line);
            }
        };
    }

    /** Routes and their MTUs change, so that a refusal is not for ever; but told once. */
    @Test
    void aPlaceThatTookNoRunsIsTriedAgainAfterAWhileEachTime() {
        for (int turn = 0; turn < 2; turn++) {
            TestOffloads.refuseRuns(offloads, PLACE);
            for (int i = 1; i < OffloadNews.RETRY_LOOKS; i++) {
                news.look();
                assertFalse(TestOffloads.sendsRuns(offloads, PLACE), "look " + i);
            }
            news.look();
            assertTrue(TestOffloads.sendsRuns(offloads, PLACE));
        }
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().contains("EMSGSIZE"), lines.getFirst());
    }

    private List<String> told() {
        for (int i = 0; i < 3; i++) {
            news.look();
        }
        List<String> since = List.copyOf(lines);
        lines.clear();
        return since;
    }

    /** However often the kernel refuses it, and what is on is not said to be off. */
    @Test
    void eachOffloadThatIsRefusedIsToldOnceByItsSwitch() {
        assertEquals(List.of(), told());
        TestOffloads.refuseRuns(offloads, PLACE);
        assertFalse(told().getFirst().contains("udp_gso is off"));
        TestOffloads.refuseAllRuns(offloads, PLACE);
        List<String> off = told();
        assertEquals(1, off.size());
        assertTrue(off.getFirst().contains("udp_gso is off"), off.getFirst());
        assertTrue(off.getFirst().contains("EIO"), off.getFirst());
        TestOffloads.refuseSuperPackets(offloads, true);
        List<String> tcp = told();
        assertEquals(1, tcp.size());
        assertTrue(tcp.getFirst().contains("tun_tso"), tcp.getFirst());
        TestOffloads.refuseSuperPackets(offloads, false);
        List<String> udp = told();
        assertEquals(1, udp.size());
        assertTrue(udp.getFirst().contains("tun_uso"), udp.getFirst());
        TestOffloads.refuseAllRuns(offloads, PLACE);
        TestOffloads.refuseSuperPackets(offloads, true);
        TestOffloads.refuseSuperPackets(offloads, false);
        assertEquals(List.of(), told());
    }
}
