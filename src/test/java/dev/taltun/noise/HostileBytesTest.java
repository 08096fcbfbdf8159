package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Whatever bytes arrive, the answer is no: never an exception, never a change of state. */
final class HostileBytesTest {
    private static final StaticIdentity BOB = Fixed.identity(2);

    private final Handshake handshake =
            new Handshake(
                    BOB, Fixed.identity(1).publicKey(), null, Fixed.Key::new, Fixed.random(1));

    @Property(tries = 300)
    void randomInitiations(@ForAll @Size(HandshakeInitiation.BYTES) byte[] bytes) {
        assertNull(ReceivedInitiation.open(BOB, segment(bytes), 0));
        MemorySegment typed = segment(bytes);
        MessageHeader.put(typed, 0, MessageType.HANDSHAKE_INITIATION, bytes[1] & 1);
        assertNull(ReceivedInitiation.open(BOB, typed, 0));
        CookieChecker checker = new CookieChecker(BOB.publicKey(), Fixed.random(1));
        assertFalse(new Mac1Checker(BOB.publicKey()).check(typed, 0, HandshakeInitiation.BYTES));
        assertFalse(checker.checkMac2(typed, 0, HandshakeInitiation.BYTES, bytes, 0));
    }

    @Property(tries = 300)
    void randomResponses(@ForAll @Size(HandshakeResponse.BYTES) byte[] bytes) {
        assertNull(handshake.consumeResponse(segment(bytes), 0, 0));
        MemorySegment initiation = Fixed.message(HandshakeInitiation.BYTES);
        handshake.createInitiation(
                CipherSuite.CHACHA20_POLY1305, 5, Tai64n.of(0, 0), 0, initiation, 0);
        MemorySegment typed = segment(bytes);
        MessageHeader.put(typed, 0, MessageType.HANDSHAKE_RESPONSE, 0);
        HandshakeResponse.receiver(typed, 0, 5);
        assertNull(handshake.consumeResponse(typed, 0, 0));
        assertEquals(5, handshake.pendingIndex());
    }

    @Property(tries = 300)
    void randomCookieReplies(@ForAll @Size(CookieReply.BYTES) byte[] bytes) {
        MemorySegment initiation = Fixed.message(HandshakeInitiation.BYTES);
        handshake.createInitiation(
                CipherSuite.CHACHA20_POLY1305, 5, Tai64n.of(0, 0), 0, initiation, 0);
        assertFalse(handshake.consumeCookieReply(segment(bytes), 0, 0));
    }

    private static MemorySegment segment(byte[] bytes) {
        MemorySegment out = Fixed.message(bytes.length);
        MemorySegment.copy(bytes, 0, out, Layouts.BYTE, 0, bytes.length);
        return out;
    }
}
