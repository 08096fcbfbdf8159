package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.metrics.Counter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two hours of traffic in seconds: sixty rekeys, and not one packet lost. */
@Tag("soak")
class SoakTest {
    private static final int SECONDS = 7300;
    private static final int PACKETS_PER_SECOND = 4;

    @Test
    void sixtyRekeysLoseNothing() {
        Lab lab = new Lab();
        SecretKey keyA = lab.newKey();
        SecretKey keyB = lab.newKey();
        Node a = lab.node(1, keyA, new Lab.Spec(2, keyB).keepalive(10).initiates());
        Node b = lab.node(2, keyB, new Lab.Spec(1, keyA).nowhere());
        lab.wire.delay = 30 * Lab.MILLI;
        lab.wire.jitter = 20 * Lab.MILLI;
        lab.wire.repeat = 0.05;
        lab.runSeconds(1);
        int n = 0;
        for (int second = 0; second < SECONDS; second++) {
            for (int i = 0; i < PACKETS_PER_SECOND; i++) {
                a.send(b, n);
                b.send(a, n);
                n++;
                lab.runSeconds(1.0 / PACKETS_PER_SECOND);
            }
            lab.wire.log.clear();
        }
        lab.runSeconds(1);
        List<Integer> all = IntStream.range(0, n).boxed().toList();
        assertEquals(all, b.received.stream().sorted().toList());
        assertEquals(all, a.received.stream().sorted().toList());
        long rekeys = a.timesTold("rekey");
        assertTrue(rekeys >= 60, rekeys + " rekeys");
        assertTrue(b.count(Counter.DROP_REPLAYED) > 0, "the wire repeated some");
        assertTrue(a.keys.stream().filter(key -> !key.closed).count() <= 8, "keys are wiped");
        assertTrue(a.indices.size() <= 4);
    }
}
