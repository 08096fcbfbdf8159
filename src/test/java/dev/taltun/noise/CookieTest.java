package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.HandshakeAead;
import dev.taltun.crypto.SecretKey;
import dev.taltun.memory.Layouts;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CookieTest {
    private static final int LENGTH = HandshakeInitiation.BYTES;
    private static final byte[] SOURCE = source(0xf234);
    private static final byte[] OTHER_PORT = source(0xf235);

    private final StaticIdentity bob = Fixed.identity(2);
    private final Mac1Checker mac1 = new Mac1Checker(bob.publicKey());
    private final CookieChecker checker = new CookieChecker(bob.publicKey(), Fixed.random(1));
    private final Mac2Checker proof = new Mac2Checker();
    private final CookieGenerator generator = new CookieGenerator(bob.publicKey());
    private final MemorySegment message = Fixed.message(LENGTH);
    private final MemorySegment reply = Fixed.message(CookieReply.BYTES);
    private long now = Long.MAX_VALUE - 1000;
    private SecretKey secret;
    private long secretSince;

    private static byte[] source(int port) {
        return ByteBuffer.allocate(18)
                .putLong(0x20010db8_80000000L)
                .putLong(0xa0b0c0d0_e0f00001L)
                .putShort((short) port)
                .array();
    }

    private void send() {
        message.asSlice(0, HandshakeInitiation.MAC1_OFFSET).fill((byte) 5);
        MessageHeader.put(message, 0, MessageType.HANDSHAKE_INITIATION, 0);
        HandshakeInitiation.sender(message, 0, 0xcafe);
        generator.addMacs(message, 0, LENGTH, now);
    }

    private boolean askForCookie() {
        send();
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        if (secret != checker.secret()) {
            secret = checker.secret();
            secretSince = now;
        }
        return generator.consumeReply(reply, 0, now);
    }

    private boolean mac2IsValid(byte[] source) {
        boolean valid = checker.checkMac2(message, 0, LENGTH, source, now);
        ByteBuffer address = ByteBuffer.wrap(source);
        boolean found =
                proof.check(
                        checker.secret(),
                        address.getLong(0),
                        address.getLong(8),
                        address.getShort(16) & 0xffff,
                        message,
                        0,
                        LENGTH);
        // The quick check does not know how old the secret is.
        assertEquals(valid, found && now - secretSince < Limits.COOKIE_REFRESH_TIME_NANOS);
        return valid;
    }

    @Test
    void mac1IsTheKeyedHashOfThePaper() {
        send();
        byte[] label = "mac1----".getBytes(StandardCharsets.US_ASCII);
        byte[] key = Blake2s.hash(label, bob.publicKey().toBytes());
        byte[] all = Fixed.bytes(message);
        byte[] expected = Blake2s.keyed(key, 16, Arrays.copyOf(all, LENGTH - 32));
        assertArrayEquals(expected, Arrays.copyOfRange(all, LENGTH - 32, LENGTH - 16));
        assertArrayEquals(new byte[16], Arrays.copyOfRange(all, LENGTH - 16, LENGTH));
        assertTrue(mac1.check(message, 0, LENGTH));
        assertFalse(new Mac1Checker(Fixed.identity(3).publicKey()).check(message, 0, LENGTH));
    }

    @Test
    void aCookieProvesTheAddress() {
        send();
        assertFalse(mac2IsValid(SOURCE), "no secret yet");
        assertTrue(askForCookie());
        assertFalse(mac2IsValid(SOURCE), "that message was sent without it");
        send();
        assertTrue(mac1.check(message, 0, LENGTH));
        assertTrue(mac2IsValid(SOURCE));
        assertFalse(mac2IsValid(OTHER_PORT));
        long last = LENGTH - 1;
        message.set(Layouts.BYTE, last, (byte) (message.get(Layouts.BYTE, last) ^ 1));
        assertFalse(mac2IsValid(SOURCE));
    }

    @Test
    void theReplyIsThePapers() {
        askForCookie();
        assertEquals(MessageHeader.word(MessageType.COOKIE_REPLY, 0), MessageHeader.word(reply, 0));
        assertEquals(0xcafe, CookieReply.receiver(reply, 0));
        // The fixed random source gave the secret first, then the nonce.
        RandomSource random = Fixed.random(1);
        byte[] secret = new byte[32];
        byte[] start = new byte[16];
        random.fill(secret);
        random.fill(start);
        // A counter follows, from zero.
        byte[] nonce = Arrays.copyOf(start, 24);
        byte[] label = "cookie--".getBytes(StandardCharsets.US_ASCII);
        byte[] key = Blake2s.hash(label, bob.publicKey().toBytes());
        byte[] cookie = Blake2s.keyed(secret, 16, SOURCE);
        byte[] mac1 = Macs.storedMac1(message, 0, LENGTH);
        assertArrayEquals(
                HandshakeAead.xseal(key, nonce, cookie, mac1),
                Segments.bytes(reply, CookieReply.COOKIE_OFFSET, CookieReply.COOKIE_BYTES));
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        nonce[16] = 1;
        assertArrayEquals(nonce, Segments.bytes(reply, CookieReply.NONCE_OFFSET, 24));
        assertArrayEquals(
                HandshakeAead.xseal(key, nonce, cookie, mac1),
                Segments.bytes(reply, CookieReply.COOKIE_OFFSET, CookieReply.COOKIE_BYTES));
        send();
        byte[] all = Fixed.bytes(message);
        byte[] expected = Blake2s.keyed(cookie, 16, Arrays.copyOf(all, LENGTH - 16));
        assertArrayEquals(expected, Macs.storedMac2(message, 0, LENGTH));
    }

    @Test
    void cookiesAgeOnBothSides() {
        askForCookie();
        long given = now;
        now = given + Limits.COOKIE_REFRESH_TIME_NANOS - Limits.COOKIE_LATENCY_NANOS - 1;
        send();
        assertTrue(mac2IsValid(SOURCE));
        byte[] aged = Fixed.bytes(message);
        now++;
        send();
        assertArrayEquals(new byte[16], Macs.storedMac2(message, 0, LENGTH), "not sent any more");
        MemorySegment.copy(aged, 0, message, Layouts.BYTE, 0, LENGTH);
        now = given + Limits.COOKIE_REFRESH_TIME_NANOS - 1;
        assertTrue(mac2IsValid(SOURCE));
        now++;
        assertFalse(mac2IsValid(SOURCE), "the secret is two minutes old");
        assertTrue(askForCookie());
        send();
        assertTrue(mac2IsValid(SOURCE), "a new secret");
    }

    @Test
    void aReplyIsBoundToTheLastMessage() {
        assertFalse(generator.consumeReply(reply, 0, now), "nothing was sent");
        send();
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        HandshakeInitiation.sender(message, 0, 1);
        generator.addMacs(message, 0, LENGTH, now);
        assertFalse(generator.consumeReply(reply, 0, now), "answers the message before");
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        assertTrue(generator.consumeReply(reply, 0, now));
        assertFalse(generator.consumeReply(reply, 0, now), "one cookie for each message");
    }

    @Test
    void everyByteOfAReplyCounts() {
        send();
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        for (int i = CookieReply.NONCE_OFFSET; i < CookieReply.BYTES; i++) {
            byte right = reply.get(Layouts.BYTE, i);
            reply.set(Layouts.BYTE, i, (byte) (right ^ 0x10));
            assertFalse(generator.consumeReply(reply, 0, now), "byte " + i);
            reply.set(Layouts.BYTE, i, right);
        }
        assertTrue(generator.consumeReply(reply, 0, now));
    }

    @Test
    void aHandshakeUnderLoadTakesACookieAndTriesAgain() {
        Handshake alice =
                new Handshake(
                        Fixed.identity(1), bob.publicKey(), null, Fixed.Key::new, Fixed.random(9));
        CipherSuite suite = CipherSuite.AES_256_GCM;
        alice.createInitiation(suite, 7, Tai64n.of(1, 0), now, message, 0);
        assertTrue(mac1.check(message, 0, LENGTH));
        assertFalse(mac2IsValid(SOURCE));
        checker.createReply(message, 0, LENGTH, SOURCE, now, reply, 0);
        secretSince = now;
        assertEquals(7, CookieReply.receiver(reply, 0));
        assertEquals(suite.id(), MessageHeader.suite(reply, 0));
        assertTrue(alice.consumeCookieReply(reply, 0, now));
        assertTrue(alice.isPending());
        alice.createInitiation(suite, 8, Tai64n.of(6, 0), now, message, 0);
        assertTrue(mac2IsValid(SOURCE));
    }

    @Test
    void closingForgetsCookieAndSecret() {
        askForCookie();
        generator.close();
        send();
        assertArrayEquals(new byte[16], Macs.storedMac2(message, 0, LENGTH));
        checker.close();
        assertFalse(mac2IsValid(SOURCE));
    }
}
