package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageHeader;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HandshakeTest {
    private static final CipherSuite CHACHA = CipherSuite.CHACHA20_POLY1305;
    private static final long SECOND = 1_000_000_000L;
    private static final int ALICE_INDEX = 0x11223344;
    private static final int BOB_INDEX = 0x99887766;

    private final StaticIdentity aliceIdentity = Fixed.identity(1);
    private final StaticIdentity bobIdentity = Fixed.identity(2);
    private final SecretKey psk = Fixed.secret(7);
    private final Handshake alice =
            new Handshake(
                    aliceIdentity, bobIdentity.publicKey(), psk, Fixed.Key::new, Fixed.random(3));
    private final Handshake bob =
            new Handshake(
                    bobIdentity, aliceIdentity.publicKey(), psk, Fixed.Key::new, Fixed.random(4));
    private final MemorySegment initiation = Fixed.message(HandshakeInitiation.BYTES);
    private final MemorySegment response = Fixed.message(HandshakeResponse.BYTES);
    private long now = Long.MAX_VALUE - SECOND;
    private long epochSecond = 1_700_000_000L;

    private void initiate(Handshake from, CipherSuite suite, int index, MemorySegment out) {
        now += SECOND;
        epochSecond++;
        from.createInitiation(suite, index, Tai64n.of(epochSecond, 0), now, out, 0);
    }

    private Session answer(
            Handshake by, StaticIdentity identity, int index, MemorySegment in, MemorySegment out) {
        try (ReceivedInitiation received = ReceivedInitiation.open(identity, in, 0)) {
            assertNotNull(received);
            assertEquals(by.remote(), received.remote());
            assertEquals(InitiationVerdict.ACCEPTED, by.accept(received, now));
            return by.respond(received, index, now, out, 0);
        }
    }

    private InitiationVerdict verdict(MemorySegment in) {
        try (ReceivedInitiation received = ReceivedInitiation.open(bobIdentity, in, 0)) {
            return received == null ? null : bob.accept(received, now);
        }
    }

    private static void assertConnected(Session a, Session b) {
        assertEquals(a.suite(), b.suite());
        assertEquals(a.localIndex(), b.remoteIndex());
        assertEquals(b.localIndex(), a.remoteIndex());
        assertArrayEquals(((Fixed.Key) a.sendKey()).key, ((Fixed.Key) b.receiveKey()).key);
        assertArrayEquals(((Fixed.Key) b.sendKey()).key, ((Fixed.Key) a.receiveKey()).key);
        MemorySegment packet = Fixed.message(40 + Limits.TAG_BYTES);
        packet.set(Layouts.BYTE, 3, (byte) 42);
        a.sendKey().seal(0, 9, packet, 0, packet, 0, 40);
        assertTrue(b.receiveKey().open(0, 9, packet, 0, packet, 0, 40 + Limits.TAG_BYTES));
        assertEquals(42, packet.get(Layouts.BYTE, 3));
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesGetTheSameKeys(CipherSuite suite) {
        initiate(alice, suite, ALICE_INDEX, initiation);
        assertTrue(alice.isPending());
        assertEquals(ALICE_INDEX, alice.pendingIndex());
        assertEquals(suite.id(), MessageHeader.suite(initiation, 0));
        Session b = answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        assertEquals(suite.id(), MessageHeader.suite(response, 0));
        Session a = alice.consumeResponse(response, 0, now);
        assertNotNull(a);
        assertFalse(alice.isPending());
        assertTrue(a.initiator() && a.isConfirmed());
        assertFalse(b.initiator() || b.isConfirmed());
        assertEquals(suite, a.suite());
        assertEquals(ALICE_INDEX, a.localIndex());
        assertEquals(BOB_INDEX, b.localIndex());
        assertConnected(a, b);
        assertNull(alice.consumeResponse(response, 0, now), "one response, one session");
    }

    @Test
    void messagesLieWhereverTheCallerWants() {
        MemorySegment packet = Fixed.message(1000);
        alice.createInitiation(CHACHA, 1, Tai64n.of(epochSecond, 0), now, packet, 13);
        Session b;
        try (ReceivedInitiation received = ReceivedInitiation.open(bobIdentity, packet, 13)) {
            assertEquals(InitiationVerdict.ACCEPTED, bob.accept(received, now));
            b = bob.respond(received, 2, now, packet, 501);
        }
        assertConnected(alice.consumeResponse(packet, 501, now), b);
    }

    @Test
    void everyByteOfAnInitiationCounts() {
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        Mac1Checker checker = new Mac1Checker(bobIdentity.publicKey());
        int macs = HandshakeInitiation.MAC1_OFFSET;
        for (int i = 0; i < HandshakeInitiation.BYTES; i++) {
            for (int bit = 1; bit < 256; bit <<= 3) {
                flip(initiation, i, bit);
                boolean mac1 = checker.check(initiation, 0, HandshakeInitiation.BYTES);
                assertEquals(i >= HandshakeInitiation.MAC2_OFFSET, mac1, "mac1, byte " + i);
                // The sender index is protected by mac1 only: it is no part of the Noise message.
                boolean noise = i < macs && (i < 4 || i >= HandshakeInitiation.EPHEMERAL_OFFSET);
                // X25519 ignores the top bit of the key, but the transcript does not.
                if (noise) {
                    InitiationVerdict verdict = verdict(initiation);
                    assertTrue(verdict == null || verdict == InitiationVerdict.FORGED, "byte " + i);
                }
                flip(initiation, i, bit);
            }
        }
        assertEquals(
                InitiationVerdict.ACCEPTED, verdict(initiation), "state untouched by forgeries");
    }

    @Test
    void everyByteOfAResponseCounts() {
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        Session b = answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        for (int i = 0; i < HandshakeResponse.MAC1_OFFSET; i++) {
            boolean sender = i >= HandshakeResponse.SENDER_OFFSET && i < 8;
            for (int bit = 1; bit < 256 && !sender; bit <<= 3) {
                flip(response, i, bit);
                assertNull(alice.consumeResponse(response, 0, now), "byte " + i);
                flip(response, i, bit);
            }
        }
        assertConnected(alice.consumeResponse(response, 0, now), b);
    }

    private static void flip(MemorySegment segment, long offset, int bits) {
        segment.set(Layouts.BYTE, offset, (byte) (segment.get(Layouts.BYTE, offset) ^ bits));
    }

    @Test
    void aWrongPresharedKeyFailsAtTheResponse() {
        bob.presharedKey(Fixed.secret(8));
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        assertNull(alice.consumeResponse(response, 0, now));
        assertTrue(alice.isPending());
        bob.presharedKey(psk);
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        Session b = answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        assertConnected(alice.consumeResponse(response, 0, now), b);
    }

    @Test
    void noPresharedKeyIsTheKeyOfZeros() {
        alice.presharedKey(null);
        bob.presharedKey(Fixed.secret(0));
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        Session b = answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        assertConnected(alice.consumeResponse(response, 0, now), b);
    }

    @Test
    void anInitiationToSomebodyElseIsNotOpened() {
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        assertNull(ReceivedInitiation.open(Fixed.identity(9), initiation, 0));
    }

    @Test
    void namingAPeerIsNotEnough() {
        // Mallory knows both public keys and claims to be Alice.
        StaticIdentity mallory = Fixed.identity(66);
        byte[] bobKey = bobIdentity.publicKey().toBytes();
        byte[] wrongSecret = new byte[32];
        mallory.agree(bobKey, wrongSecret);
        MemorySegment forged = Fixed.message(HandshakeInitiation.BYTES);
        try (SymmetricState state = NoiseProtocol.of(CHACHA).begin(bobKey);
                IkPsk2.Ephemeral ephemeral = IkPsk2.Ephemeral.generate(Fixed.random(6))) {
            state.mixHash(ephemeral.publicKey());
            state.mixChain(ephemeral.publicKey());
            byte[] es = new byte[32];
            ephemeral.agree(bobKey, es);
            state.mixKey(es);
            byte[] sealedStatic = state.sealAndHash(aliceIdentity.publicKey().toBytes());
            state.mixKey(wrongSecret);
            byte[] timestamp = state.sealAndHash(Tai64n.of(epochSecond + 1000, 0).toBytes());
            MessageHeader.put(forged, 0, 1, 0);
            Segments.put(ephemeral.publicKey(), forged, HandshakeInitiation.EPHEMERAL_OFFSET);
            Segments.put(sealedStatic, forged, HandshakeInitiation.STATIC_OFFSET);
            Segments.put(timestamp, forged, HandshakeInitiation.TIMESTAMP_OFFSET);
        }
        assertEquals(InitiationVerdict.FORGED, verdict(forged));
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        assertEquals(InitiationVerdict.ACCEPTED, verdict(initiation), "Bob still takes Alice's");
    }

    @Test
    void aReplayedInitiationIsRefused() {
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        MemorySegment later = Fixed.message(HandshakeInitiation.BYTES);
        assertEquals(InitiationVerdict.ACCEPTED, verdict(initiation));
        now += SECOND;
        assertEquals(InitiationVerdict.REPLAYED, verdict(initiation));
        initiate(alice, CHACHA, ALICE_INDEX, later);
        assertEquals(InitiationVerdict.ACCEPTED, verdict(later));
        now += SECOND;
        assertEquals(InitiationVerdict.REPLAYED, verdict(initiation));
        assertEquals(InitiationVerdict.REPLAYED, verdict(later));
    }

    @Test
    void initiationsOfOnePeerAreTwentyMillisecondsApart() {
        initiate(alice, CHACHA, ALICE_INDEX, initiation);
        assertEquals(InitiationVerdict.ACCEPTED, verdict(initiation));
        long accepted = now;
        MemorySegment next = Fixed.message(HandshakeInitiation.BYTES);
        initiate(alice, CHACHA, ALICE_INDEX, next);
        now = accepted + Limits.INITIATION_INTERVAL_MIN_NANOS;
        assertEquals(InitiationVerdict.FLOODED, verdict(next));
        now++;
        assertEquals(InitiationVerdict.ACCEPTED, verdict(next), "refusing does not count");
    }

    @Test
    void aWallClockSetBackDoesNotLockUsOut() {
        for (long epoch : new long[] {2_000_000_000L, 2_000_000_000L, 1_000L, 2_000_000_000L}) {
            alice.createInitiation(CHACHA, 1, Tai64n.of(epoch, 0), now, initiation, 0);
            assertEquals(InitiationVerdict.ACCEPTED, verdict(initiation));
            now += SECOND;
        }
    }

    @Test
    void handshakesThatCrossBothComplete() {
        MemorySegment bobsInitiation = Fixed.message(HandshakeInitiation.BYTES);
        MemorySegment alicesResponse = Fixed.message(HandshakeResponse.BYTES);
        initiate(alice, CHACHA, 1, initiation);
        initiate(bob, CHACHA, 2, bobsInitiation);
        Session b1 = answer(bob, bobIdentity, 22, initiation, response);
        Session a2 = answer(alice, aliceIdentity, 11, bobsInitiation, alicesResponse);
        Session a1 = alice.consumeResponse(response, 0, now);
        Session b2 = bob.consumeResponse(alicesResponse, 0, now);
        assertConnected(a1, b1);
        assertConnected(a2, b2);
    }

    @Test
    void aNewInitiationReplacesTheOneThatWaits() {
        initiate(alice, CHACHA, 1, initiation);
        answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        MemorySegment second = Fixed.message(HandshakeInitiation.BYTES);
        initiate(alice, CHACHA, 2, second);
        assertNull(alice.consumeResponse(response, 0, now), "answers the first");
        assertEquals(2, alice.pendingIndex());
        Session b = answer(bob, bobIdentity, BOB_INDEX, second, response);
        assertConnected(alice.consumeResponse(response, 0, now), b);
    }

    @Test
    void anAbandonedInitiationTakesNoResponse() {
        initiate(alice, CHACHA, 1, initiation);
        answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        alice.abandonInitiation();
        assertFalse(alice.isPending());
        assertNull(alice.consumeResponse(response, 0, now));
    }

    @Test
    void anInitiationIsRespondedToOnce() {
        initiate(alice, CHACHA, 1, initiation);
        try (ReceivedInitiation received = ReceivedInitiation.open(bobIdentity, initiation, 0)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> bob.respond(received, 1, now, response, 0),
                    "not accepted yet");
            bob.accept(received, now);
            bob.respond(received, 1, now, response, 0);
            assertThrows(
                    IllegalStateException.class, () -> bob.respond(received, 1, now, response, 0));
        }
    }

    @Test
    void anotherSuiteThanAskedForIsRefused() {
        initiate(alice, CHACHA, 1, initiation);
        answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        flip(response, MessageHeader.SUITE_OFFSET, 1);
        assertNull(alice.consumeResponse(response, 0, now));
        flip(initiation, MessageHeader.SUITE_OFFSET, 1);
        assertNull(ReceivedInitiation.open(bobIdentity, initiation, 0), "the name is hashed in");
        flip(initiation, MessageHeader.SUITE_OFFSET, 1 ^ 2);
        assertNull(ReceivedInitiation.open(bobIdentity, initiation, 0), "unknown suite");
    }

    @Test
    void lowOrderKeysAreRefused() {
        PublicKey zero = PublicKey.copyOf(new byte[32]);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new Handshake(
                                        aliceIdentity,
                                        zero,
                                        null,
                                        Fixed.Key::new,
                                        Fixed.random(1)));
        assertTrue(e.getMessage().contains("taltun pubkey"));
        initiate(alice, CHACHA, 1, initiation);
        initiation.asSlice(HandshakeInitiation.EPHEMERAL_OFFSET, 32).fill((byte) 0);
        assertNull(ReceivedInitiation.open(bobIdentity, initiation, 0));
        answer(bob, bobIdentity, 2, freshInitiation(), response);
        response.asSlice(HandshakeResponse.EPHEMERAL_OFFSET, 32).fill((byte) 0);
        assertNull(alice.consumeResponse(response, 0, now));
    }

    private MemorySegment freshInitiation() {
        initiate(alice, CHACHA, 1, initiation);
        return initiation;
    }

    @Test
    void nothingSecretIsPrinted() {
        initiate(alice, CHACHA, 1, initiation);
        Session b = answer(bob, bobIdentity, BOB_INDEX, initiation, response);
        assertEquals("Session(chacha20-poly1305, responder, 99887766 <- 1)", b.toString());
        assertEquals(aliceIdentity.publicKey().abbreviated(), aliceIdentity.toString());
    }

    @Test
    void closingWipes() {
        initiate(alice, CHACHA, 1, initiation);
        alice.close();
        assertThrows(
                IllegalStateException.class,
                () -> alice.createInitiation(CHACHA, 1, Tai64n.of(1, 0), now, initiation, 0));
    }
}
