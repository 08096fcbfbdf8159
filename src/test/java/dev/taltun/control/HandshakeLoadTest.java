package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.protocol.CookieReply;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Floods of handshake messages: cookies, limits, and that everybody else gets their turn. */
class HandshakeLoadTest {
    /** More than an eighth of the queue. */
    private static final int LOAD = 600;

    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private final Node a = lab.node(1, keyA, new Lab.Spec(2, keyB));
    private final Node b = lab.node(2, keyB, new Lab.Spec(1, keyA));
    private final Stranger stranger = new Stranger();

    /** Somebody who knows b's public key, and whom b does not know. */
    private final class Stranger {
        private final Handshake handshake =
                new Handshake(
                        new StaticIdentity(lab.newKey()),
                        b.publicKey(),
                        null,
                        TestKey::new,
                        lab.random::nextBytes);
        private final MemorySegment memory = Arena.ofAuto().allocate(HandshakeInitiation.BYTES);

        byte[] initiation() {
            handshake.createInitiation(
                    CipherSuite.CHACHA20_POLY1305,
                    1234,
                    Tai64n.of(lab.clock.epochMillis() / 1000, 0),
                    lab.clock.nanoTime(),
                    memory,
                    0);
            return memory.toArray(Layouts.BYTE);
        }

        boolean takeCookie(Wire.Datagram reply) {
            return handshake.consumeCookieReply(
                    MemorySegment.ofArray(reply.bytes()), 0, lab.clock.nanoTime());
        }
    }

    private static Endpoint somewhere(int n) {
        return new Endpoint(0, Endpoint.mapped(0xc6336400 + n), 1000 + n % 60000, 0, 0, 0);
    }

    /** Fills b's queue with the same message from many places. */
    private void flood(byte[] message, int count) {
        for (int i = 0; i < count; i++) {
            b.arrives(message, somewhere(i), b.address());
        }
        for (int i = 0; i * 64 < count; i++) {
            b.stepInbound();
        }
    }

    private List<Wire.Datagram> cookies() {
        return lab.wire.sent(b, MessageType.COOKIE_REPLY);
    }

    @Test
    void underLoadCookiesAreSentInsteadOfCurveWork() {
        flood(stranger.initiation(), LOAD);
        for (int i = 0; i < 10; i++) {
            b.stepControl();
        }
        assertEquals(LOAD, cookies().size());
        assertEquals(LOAD, b.count(Counter.COOKIES_SENT));
        assertEquals(LOAD, b.count(Counter.HANDSHAKE_NO_COOKIE));
        assertEquals(0, b.count(Counter.HANDSHAKE_UNKNOWN_PEER), "nobody's key was looked at");
        assertTrue(cookies().stream().allMatch(c -> c.length() == CookieReply.BYTES));
        assertTrue(cookies().getFirst().to().sameRemote(somewhere(0)));
        assertEquals(b.address().low(), cookies().getFirst().to().localLow());
    }

    @Test
    void aPeerWithACookieGetsThroughWhileTheLoadLasts() {
        byte[] message = stranger.initiation();
        a.send(b, 1);
        for (int i = 0; i < 600; i++) {
            flood(message, LOAD);
            lab.run(Lab.STEP);
        }
        assertEquals(1, a.count(Counter.COOKIES_RECEIVED));
        assertEquals(2, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
        assertNotNull(a.session(b));
        assertEquals(List.of(1), b.received);
    }

    /** The cookie is used at once, once: an end that sends cookies only is not asked for ever. */
    @Test
    void aCookieIsAnsweredAtOnceButOnlyOnce() {
        flood(stranger.initiation(), LOAD);
        a.send(b, 1);
        lab.runSeconds(0.1);
        assertNotNull(a.session(b));
        assertEquals(2, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
    }

    @Test
    void endlessCookiesAreNotAnsweredEndlessly() {
        byte[] message = stranger.initiation();
        // Each initiation comes from another port, as behind a bad NAT: no cookie fits the next.
        int[] port = {2000};
        lab.wire.translate =
                source -> {
                    if (!source.sameRemote(a.address())) {
                        return source;
                    }
                    Endpoint outside = new Endpoint(0, source.low(), port[0]++, 0, 0, 0);
                    lab.wire.attach(outside, a);
                    return outside;
                };
        a.send(b, 1);
        for (int i = 0; i < 40; i++) {
            flood(message, LOAD);
            lab.run(Lab.STEP);
        }
        assertEquals(2, a.count(Counter.COOKIES_RECEIVED));
        assertEquals(2, lab.wire.sent(a, MessageType.HANDSHAKE_INITIATION).size());
    }

    /** Who is under load itself must not ask the peer that it calls for a cookie first. */
    @Test
    void anInitiatorUnderLoadConnectsAtOnce() {
        flood(stranger.initiation(), LOAD);
        b.send(a, 1);
        lab.runSeconds(0.1);
        assertNotNull(b.session(a));
        assertEquals(1, lab.wire.sent(b, MessageType.HANDSHAKE_INITIATION).size());
        assertEquals(1, lab.wire.sent(a, MessageType.HANDSHAKE_RESPONSE).size());
    }

    @Test
    void theLoadIsRememberedForASecond() {
        flood(stranger.initiation(), LOAD);
        lab.settle();
        lab.runSeconds(0.9);
        b.arrives(stranger.initiation(), somewhere(1), b.address());
        lab.settle();
        assertEquals(0, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        lab.runSeconds(1.1);
        b.arrives(stranger.initiation(), somewhere(1), b.address());
        lab.settle();
        assertEquals(1, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
    }

    /** So few at a time that the queue never grows: work, not waiting, is the load. */
    @Test
    void aSteadyFloodThatWouldTakeMoreThanAQuarterOfACoreIsALoad() {
        byte[] message = stranger.initiation();
        for (int i = 0; i < 200; i++) {
            flood(message, 80);
            lab.run(Lab.STEP);
        }
        long looked = b.count(Counter.HANDSHAKE_UNKNOWN_PEER);
        assertTrue(looked < 1600, looked + " of 16000 were worth the curve");
        assertEquals(16_000 - looked, b.count(Counter.COOKIES_SENT));
        a.send(b, 1);
        lab.runSeconds(0.1);
        assertNotNull(a.session(b));
        lab.runSeconds(1.5);
        flood(message, 8);
        lab.settle();
        assertEquals(looked + 8, b.count(Counter.HANDSHAKE_UNKNOWN_PEER), "the load is over");
    }

    @Test
    void aFewForgedMessagesAreNoLoad() {
        byte[] message = stranger.initiation();
        for (int i = 0; i < 300; i++) {
            flood(message, 20);
            lab.run(Lab.STEP);
        }
        assertEquals(6000, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(0, b.count(Counter.COOKIES_SENT));
    }

    @Test
    void whoHasACookieIsServedThoughTheQueueIsFull() {
        byte[] message = stranger.initiation();
        flood(message, LOAD);
        lab.settle();
        a.send(b, 1);
        while (a.count(Counter.COOKIES_RECEIVED) == 0) {
            lab.run(Lab.STEP);
        }
        assertNull(a.session(b), "its second message is on its way");
        flood(message, 5000);
        lab.run(4 * Lab.STEP);
        assertNotNull(a.session(b), "with the cookie past everybody else");
    }

    @Test
    void oneSourceWithACookieGetsFiveInARow() {
        flood(stranger.initiation(), LOAD);
        lab.settle();
        // The stranger's last initiation was this one, so one cookie is for it.
        assertTrue(stranger.takeCookie(cookies().getFirst()));
        for (int i = 0; i < 20; i++) {
            b.arrives(stranger.initiation(), somewhere(0), b.address());
        }
        lab.settle();
        assertEquals(5, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(15, b.count(Counter.HANDSHAKE_RATE_LIMITED));
        lab.runSeconds(0.6);
        b.arrives(stranger.initiation(), somewhere(0), b.address());
        lab.settle();
        assertEquals(6, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
    }

    private static Endpoint ipv6(int network, int host) {
        return new Endpoint(0x20010db8_00000000L + network, host, 51820, 0, 0, 0);
    }

    /** Asks for a cookie as from there, and shakes hands with it. */
    private void connect(Endpoint from) {
        lab.wire.log.clear();
        b.arrives(stranger.initiation(), from, b.address());
        lab.settle();
        assertTrue(cookies().getFirst().to().sameRemote(from));
        assertTrue(stranger.takeCookie(cookies().getFirst()));
        b.arrives(stranger.initiation(), from, b.address());
        lab.settle();
    }

    /** A host has as many IPv6 addresses as it likes, but one network. */
    @Test
    void allOfAnIpv6NetworkGetFiveInARow() {
        byte[] message = stranger.initiation();
        for (int i = 0; i < LOAD; i++) {
            b.arrives(message, ipv6(i % 3, i), b.address());
        }
        for (int i = 0; i * 64 < LOAD; i++) {
            b.stepInbound();
        }
        lab.settle();
        assertEquals(LOAD, b.count(Counter.COOKIES_SENT));
        for (int i = 0; i < 20; i++) {
            connect(ipv6(1, 1000 + i));
        }
        assertEquals(5, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(15, b.count(Counter.HANDSHAKE_RATE_LIMITED));
        connect(ipv6(2, 1000));
        assertEquals(6, b.count(Counter.HANDSHAKE_UNKNOWN_PEER), "another network has its own");
        a.send(b, 1);
        lab.runSeconds(0.1);
        assertNotNull(a.session(b), "and so has an IPv4 address");
    }

    @Test
    void aCookieIsForOneAddressOnly() {
        flood(stranger.initiation(), LOAD);
        lab.settle();
        assertTrue(stranger.takeCookie(cookies().getFirst()));
        b.arrives(stranger.initiation(), somewhere(1), b.address());
        lab.settle();
        assertEquals(0, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
        assertEquals(LOAD + 1, cookies().size());
    }

    @Test
    void withoutMac1NothingHappens() {
        byte[] message = stranger.initiation();
        message[HandshakeInitiation.MAC1_OFFSET] ^= 1;
        flood(message, LOAD);
        lab.settle();
        assertEquals(LOAD, b.count(Counter.HANDSHAKE_BAD_MAC));
        assertEquals(0, lab.wire.log.size());
        assertEquals(0, b.count(Counter.HANDSHAKE_UNKNOWN_PEER));
    }

    @Test
    void aStepDoesABoundedAmountOfCurveWorkAndServesTheOthersToo() {
        flood(stranger.initiation(), 100);
        b.send(a, 1);
        b.stepOutbound();
        b.stepControl();
        assertEquals(8, b.count(Counter.HANDSHAKE_UNKNOWN_PEER), "the queue is not full enough");
        assertEquals(1, lab.wire.sent(b, MessageType.HANDSHAKE_INITIATION).size());
    }

    @Test
    void messagesOverTheQueueAreDroppedAndCounted() {
        flood(stranger.initiation(), 5000);
        assertEquals(5000 - 4096, b.count(Counter.HANDSHAKE_QUEUE_FULL));
        lab.settle();
        flood(stranger.initiation(), 10);
        assertEquals(5000 - 4096, b.count(Counter.HANDSHAKE_QUEUE_FULL), "all came back");
    }

    @Test
    void randomBytesOfEveryTypeChangeNothing() {
        a.send(b, 1);
        lab.runSeconds(1);
        lab.wire.log.clear();
        int[] lengths = {148, 92, 64};
        for (int i = 0; i < 3000; i++) {
            int type = 1 + i % 3;
            byte[] bytes = new byte[lengths[type - 1]];
            lab.random.nextBytes(bytes);
            bytes[0] = (byte) type;
            bytes[1] = (byte) (i % 5 == 0 ? 1 : 0);
            bytes[2] = 0;
            bytes[3] = 0;
            b.arrives(bytes, somewhere(i), b.address());
            lab.settle();
        }
        assertEquals(0, lab.wire.log.size());
        assertEquals(2000, b.count(Counter.HANDSHAKE_BAD_MAC));
        assertEquals(1000, b.count(Counter.DROP_UNKNOWN_INDEX), "cookie replies to nobody");
        b.send(a, 2);
        lab.runSeconds(1);
        assertEquals(List.of(2), a.received);
    }

    @Test
    void aForgedCookieReplyIsRefused() {
        lab.wire.drop = datagram -> true;
        a.send(b, 1);
        lab.settle();
        byte[] initiation = lab.wire.log.getFirst().bytes();
        byte[] reply = new byte[CookieReply.BYTES];
        lab.random.nextBytes(reply);
        System.arraycopy(new byte[] {3, 0, 0, 0}, 0, reply, 0, 4);
        System.arraycopy(initiation, 4, reply, 4, 4);
        a.arrives(reply, b.address(), a.address());
        lab.settle();
        assertEquals(1, a.count(Counter.HANDSHAKE_INVALID));
        assertEquals(0, a.count(Counter.COOKIES_RECEIVED));
        assertNull(a.session(b));
    }
}
