package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Endpoints by DNS name: asked in the background, again and again where needed. */
class EndpointNamesTest {
    private static final EndpointSpec.Named NAME = new EndpointSpec.Named("vpn.example.com", 51820);

    private final Lab lab = new Lab();
    private final SecretKey keyA = lab.newKey();
    private final SecretKey keyB = lab.newKey();
    private Node a;
    private Node b;

    private void pair(boolean initiates) {
        Lab.Spec toB = new Lab.Spec(2, keyB).endpoint(NAME);
        a = lab.node(1, keyA, initiates ? toB.initiates() : toB);
        b = lab.node(2, keyB, new Lab.Spec(1, keyA));
    }

    @Test
    void numericEndpointsAreNotAskedFor() {
        a = lab.node(1, keyA, new Lab.Spec(2, keyB));
        b = lab.node(2, keyB, new Lab.Spec(1, keyA));
        a.send(b, 1);
        lab.runSeconds(200);
        assertTrue(a.names.asked.isEmpty());
    }

    @Test
    void aNameIsAskedForAtStartAndThenUsed() {
        pair(true);
        lab.runSeconds(3);
        assertEquals(List.of(NAME), a.names.asked);
        assertEquals(0, lab.wire.log.size());
        a.names.answer(Node.outer(2));
        lab.runSeconds(1);
        assertNotNull(a.session(b));
        assertFalse(a.told("resolved"), "no news without a failure");
    }

    @Test
    void packetsWaitForTheName() {
        pair(false);
        a.send(b, 1);
        lab.runSeconds(2);
        a.names.answer(Node.outer(2));
        lab.runSeconds(1);
        assertEquals(List.of(1), b.received);
    }

    @Test
    void failuresAreRetriedLessAndLessOftenAndToldOnce() {
        pair(true);
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            int asked = i + 1;
            untilAsked(asked);
            times.add(lab.clock.nanoTime());
            a.names.fail("no such host");
        }
        long[] pauses = {1, 2, 4, 8, 16, 32, 60, 60};
        for (int i = 0; i < pauses.length; i++) {
            double pause = (times.get(i + 1) - times.get(i)) / 1e9;
            assertEquals(pauses[i] + 0.1, pause, 0.1);
        }
        lab.settle();
        assertEquals(List.of("unresolved vpn.example.com no such host"), a.events);
        untilAsked(10);
        a.names.answer(Node.outer(2));
        lab.runSeconds(1);
        assertEquals("resolved vpn.example.com 192.0.2.2:51820", a.events.get(1));
        assertNotNull(a.session(b));
    }

    private void untilAsked(int times) {
        for (int i = 0; i < 2000 && a.names.asked.size() < times; i++) {
            lab.runSeconds(0.05);
        }
        assertEquals(times, a.names.asked.size());
    }

    @Test
    void aNameIsAskedForAgainWhenThePeerDoesNotAnswer() {
        pair(true);
        a.names.answer(Node.outer(2));
        lab.runSeconds(1);
        b.moveTo(Node.outer(60));
        // b does not know that it moved: only the name tells.
        lab.wire.drop =
                datagram -> datagram.from() == b && !a.peer(b).endpoint().sameRemote(b.address());
        a.send(b, 1);
        lab.runSeconds(25);
        assertEquals(1, a.names.asked.size(), "not yet");
        lab.runSeconds(11);
        assertEquals(2, a.names.asked.size());
        a.names.answer(Node.outer(60));
        lab.runSeconds(6);
        assertTrue(a.peer(b).endpoint().sameRemote(Node.outer(60)));
        a.send(b, 2);
        lab.runSeconds(1);
        assertEquals(2, b.received.getLast());
    }

    @Test
    void anotherAddressOfTheNameIsTriedWhenOneDoesNotAnswer() {
        pair(true);
        a.names.answer(Node.outer(70), Node.outer(2));
        lab.runSeconds(45);
        a.names.answer(Node.outer(70), Node.outer(2));
        lab.runSeconds(10);
        assertNotNull(a.session(b));
    }

    @Test
    void anAnswerDoesNotMoveAPeerThatIsThere() {
        pair(true);
        b.send(a, 1);
        lab.runSeconds(1);
        assertNotNull(a.session(b));
        a.names.answer(Node.outer(70));
        lab.runSeconds(1);
        assertTrue(a.peer(b).endpoint().sameRemote(b.address()));
    }

    @Test
    void anAnswerForAForgottenNameIsIgnored() {
        pair(true);
        a.control
                .commands()
                .update(
                        new Lab.Spec(2, keyB)
                                .endpoint(new EndpointSpec.Numeric(Node.outer(2)))
                                .build());
        lab.settle();
        a.names.answer(Node.outer(70));
        lab.settle();
        assertTrue(a.peer(b).endpoint().sameRemote(Node.outer(2)));
    }

    @Test
    void rotates() {
        List<Endpoint> all = List.of(Node.outer(1), Node.outer(2), Node.outer(3));
        assertEquals(all.get(0), NamedEndpoint.choose(all, null));
        assertEquals(all.get(1), NamedEndpoint.choose(all, all.get(0)));
        assertEquals(all.get(0), NamedEndpoint.choose(all, all.get(2)));
        assertEquals(all.get(0), NamedEndpoint.choose(all, Node.outer(9)));
    }

    private static NameResolver.Answer ask(EndpointResolver resolver) throws Exception {
        CompletableFuture<NameResolver.Answer> answer = new CompletableFuture<>();
        resolver.resolve(NAME, answer::complete);
        return answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void theMachinesResolverIsAskedInTheBackground() throws Exception {
        InetAddress v4 = InetAddress.getByName("192.0.2.7");
        InetAddress v6 = InetAddress.getByName("2001:db8::7");
        InetAddress[] both = {v6, v4};
        CountDownLatch slow = new CountDownLatch(1);
        EndpointResolver.Lookup lookup =
                host -> {
                    await(slow);
                    return both;
                };
        try (EndpointResolver resolver = new EndpointResolver(true, lookup)) {
            List<NameResolver.Answer> early = new ArrayList<>();
            resolver.resolve(NAME, early::add);
            assertTrue(early.isEmpty());
            slow.countDown();
            assertEquals("[2001:db8::7]:51820", ask(resolver).endpoints().get(0) + "");
        }
        try (EndpointResolver resolver = new EndpointResolver(false, host -> both)) {
            assertEquals("[192.0.2.7:51820]", ask(resolver).endpoints().toString());
        }
        InetAddress[] onlyV6 = {v6};
        try (EndpointResolver resolver = new EndpointResolver(false, host -> onlyV6)) {
            assertTrue(ask(resolver).reason().contains("IPv6"));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatDoesNotResolveIsAnAnswerToo() throws Exception {
        EndpointResolver.Lookup none =
                host -> {
                    throw new UnknownHostException(host);
                };
        try (EndpointResolver resolver = new EndpointResolver(true, none)) {
            NameResolver.Answer answer = ask(resolver);
            assertTrue(answer.endpoints().isEmpty());
            assertEquals("no address found; check the name and the DNS servers", answer.reason());
        }
        EndpointResolver.Lookup broken =
                host -> {
                    throw new IllegalArgumentException(host);
                };
        try (EndpointResolver resolver = new EndpointResolver(true, broken)) {
            assertNotNull(ask(resolver).reason());
        }
    }
}
