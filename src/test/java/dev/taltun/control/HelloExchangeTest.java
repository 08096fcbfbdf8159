package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.SecretKey;
import dev.taltun.metrics.Counter;
import dev.taltun.protocol.MessageType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Agreeing on a cipher suite inside the tunnel. */
class HelloExchangeTest {
    /** Lengths of datagrams. */
    private static final int HELLO = 48;

    private static final int PROBE = 64;

    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private Node a;
    private Node b;

    private void pair(SuiteChoice ofA, SuiteChoice ofB) {
        a = lab.node(1, keyA, new Lab.Spec(2, keyB).suites(ofA).keepalive(10).initiates());
        b = lab.node(2, keyB, new Lab.Spec(1, keyA).suites(ofB));
    }

    private void assertTalking(CipherSuite suite) {
        assertEquals(suite, a.session(b).suite());
        assertEquals(suite, b.session(a).suite());
        a.received.clear();
        b.received.clear();
        a.send(b, 1);
        b.send(a, 2);
        lab.runSeconds(1);
        assertEquals(List.of(1), b.received);
        assertEquals(List.of(2), a.received);
    }

    @Test
    void bothWantAesAndHaveItSoon() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(1);
        assertTalking(CipherSuite.AES_256_GCM);
        assertEquals(2, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
        lab.runSeconds(400);
        assertTalking(CipherSuite.AES_256_GCM);
    }

    /** A responder takes no second initiation within 20 ms (the flood check of WireGuard). */
    @Test
    void aShortRoundTripDoesNotDelayIt() {
        lab.wire.delay = 0;
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(1);
        assertTalking(CipherSuite.AES_256_GCM);
        assertEquals(0, b.count(Counter.HANDSHAKE_RATE_LIMITED));
    }

    @Test
    void theyStayWithWireGuardsSuiteWhenOneHasNothingElse() {
        pair(SuiteChoice.aes(), SuiteChoice.WIREGUARD);
        lab.runSeconds(1000);
        assertTalking(CipherSuite.CHACHA20_POLY1305);
        assertTrue(a.timesTold("rekey") > 6, "and no more handshakes than others");
        assertTrue(a.timesTold("rekey") < 10);
    }

    @Test
    void automaticMeansAesOnlyWhenItIsFasterForBoth() {
        pair(SuiteChoice.automatic(true), SuiteChoice.automatic(false));
        lab.runSeconds(300);
        assertTalking(CipherSuite.CHACHA20_POLY1305);
    }

    @Test
    void aPeerThatBecamePlainWireGuardIsReachedAgain() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(1);
        assertTalking(CipherSuite.AES_256_GCM);
        lab.nodes.remove(b);
        lab.wire.detach(b.address());
        b = lab.node(2, keyB, new Lab.Spec(1, keyA));
        lab.runSeconds(200);
        assertNotNull(b.session(a));
        assertTalking(CipherSuite.CHACHA20_POLY1305);
    }

    /** What became plain WireGuard answers no probe either, and that is found out once. */
    @Test
    void aPeerThatAnswersNothingAnyMoreIsNotAskedForEver() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(15);
        assertTrue(framesOfB() > 0, "it answers at first");
        lab.wire.drop = this::isFrameOfB;
        lab.wire.log.clear();
        lab.runSeconds(1000);
        int initiations = lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size();
        assertTrue(initiations <= 1000 / 120 + 1, initiations + " initiations");
        assertEquals(0, a.timesTold("unanswered"));
        assertTalking(CipherSuite.AES_256_GCM);
    }

    private long framesOfB() {
        return lab.wire.log.stream().filter(this::isFrameOfB).count();
    }

    private boolean isFrameOfB(Wire.Datagram datagram) {
        return datagram.from() == b
                && datagram.type() == MessageType.TRANSPORT_DATA
                && (datagram.length() == HELLO || datagram.length() == PROBE);
    }

    /** One lost probe is no reason for a handshake; a second in a row is. */
    @Test
    void aLostProbeIsRepeated() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(5);
        lab.wire.log.clear();
        int[] lost = {1};
        lab.wire.drop = datagram -> datagram.length() == PROBE && lost[0]-- > 0;
        lab.runSeconds(40);
        assertEquals(0, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
        lost[0] = 2;
        lab.runSeconds(20);
        assertEquals(1, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
    }

    @Test
    void whoAltersTheSuiteByteOnlyBreaksThatHandshake() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.wire.drop =
                datagram -> {
                    if (datagram.type() == MessageType.HANDSHAKE_INITIATION) {
                        datagram.bytes()[1] ^= 1;
                    }
                    return false;
                };
        lab.runSeconds(30);
        assertNull(a.session(b));
        assertNull(b.session(a));
        // mac1 is over the suite byte too.
        assertTrue(b.count(Counter.HANDSHAKE_BAD_MAC) >= 5);
        lab.wire.drop = datagram -> false;
        lab.runSeconds(7);
        assertTalking(CipherSuite.AES_256_GCM);
    }

    /**
     * The session that follows from the first HELLO begins within the second that limits answers.
     */
    @Test
    void bothSaySoonInEachSessionThatTheyTakePartialChecksums() {
        pair(SuiteChoice.aes(), SuiteChoice.aes());
        lab.runSeconds(2);
        assertEquals(CipherSuite.AES_256_GCM, a.session(b).suite());
        assertTrue(a.session(b).partialChecksums());
        assertTrue(b.session(a).partialChecksums());
    }
}
