package dev.taltun.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.control.SuiteChoice;
import dev.taltun.metrics.Counter;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.RelayProbe;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A lighthouse that would like to see traffic which needs none. */
class LyingLighthouseSimulationTest extends LighthouseWorld {
    private static final int DATAGRAM_OF_AN_UPDATE = 80;

    /** Tells {@code a} something about {@code b}, as the lighthouse. */
    private void lie(HostileClient liar, int type) {
        byte[] about = ByteBuffer.allocate(40).putLong(7).put(bIs.publicKey().toBytes()).array();
        liar.frame(a, type, RelayProbe.BYTES - ControlFrame.HEADER_BYTES, about);
    }

    @Test
    void aPlainPeerThatAnswersIsNotLeftForWhatALighthouseSays() {
        open.add("a");
        open.add("b");
        SimNode.Options plain = new SimNode.Options();
        plain.plain = true;
        lamp = sim.start(lampIs, lighthouse(), aIs.known().nowhere(), bIs.known().nowhere());
        a =
                sim.start(
                        aIs,
                        toLamp(),
                        bIs.known().suites(SuiteChoice.WIREGUARD).keepalive(10).initiates());
        b = sim.start(bIs, plain, aIs.known().suites(SuiteChoice.WIREGUARD));
        sim.runSeconds(1.5);
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(10);
        sim.notAccountable();
        // What would set it right.
        cut = d -> d.from().name().equals("lamp") && d.length() == DATAGRAM_OF_AN_UPDATE;
        HostileClient liar = new HostileClient(sim, lamp);
        long before = lamp.count(Counter.PACKETS_OPENED);
        for (int i = 0; i < 30; i++) {
            lie(liar, ControlFrame.TYPE_RELAY_PROBE);
            sim.runSeconds(1);
            assertNull(a.peer(b).relay());
        }
        assertTrue(lamp.count(Counter.PACKETS_OPENED) - before < 60, "nothing but signals");
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }

    @Test
    void aDirectPathThatIsProvenIsNotDoubtedForWhatALighthouseSays() {
        open.add("a");
        open.add("b");
        start();
        sim.traffic().amid(a, b, 20);
        sim.runSeconds(20);
        assertTrue(bothDirect());
        HostileClient liar = new HostileClient(sim, lamp);
        long before = lamp.count(Counter.PACKETS_RELAYED);
        for (int i = 0; i < 300; i++) {
            lie(liar, ControlFrame.TYPE_RELAY_ONLY);
            sim.runMillis(100);
        }
        assertTrue(bothDirect());
        assertEquals(0, lamp.count(Counter.PACKETS_RELAYED) - before);
        sim.traffic().stop();
        sim.runSeconds(1);
        assertAllArrived();
    }
}
