package dev.taltun.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.agent.Wakeup;
import dev.taltun.ffi.Errno;
import dev.taltun.io.Poller;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.testing.Seed;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransmitterTest {
    private static final Endpoint PEER = new Endpoint(0, Endpoint.mapped(1), 1000, 0, 0, 0);
    private static final Endpoint FROM_GONE =
            new Endpoint(0, Endpoint.mapped(1), 1000, 0, 0, Endpoint.mapped(7));
    private static final int BATCHES = 8;

    private final Arena arena = Arena.ofShared();
    private final FakeUdp udp = new FakeUdp();
    private final Counters counters = new Counters();
    private final Offloads offloads = new Offloads(64, true, true);
    private Poller poller;
    private UdpWriter writer;
    private Transmitter transmitter;
    private int numbered;

    @BeforeEach
    void open() throws IOException {
        poller = new Poller(arena, -1);
        writer = new UdpWriter("writer", udp, offloads, counters.newBlock(), poller);
        transmitter = transmitter(true);
    }

    @AfterEach
    void close() {
        poller.close();
        arena.close();
    }

    private Transmitter transmitter(boolean direct) {
        return new Transmitter(arena, BATCHES, udp, writer, offloads, counters.newBlock(), direct);
    }

    /** Appends datagrams that carry running numbers. */
    private void append(TxBatch batch, int datagrams, int bytes, Endpoint to) {
        for (int i = 0; i < datagrams; i++) {
            batch.slab().set(Layouts.NATIVE_INT, batch.tail(), numbered++);
            batch.append(bytes, to, offloads.maxSegments());
        }
    }

    private void submit(int datagrams, int bytes, Endpoint to) {
        TxBatch batch = transmitter.take();
        append(batch, datagrams, bytes, to);
        transmitter.submit(batch);
    }

    private void checkSent(int... numbers) {
        assertEquals(numbers.length, udp.sent.size());
        for (int i = 0; i < numbers.length; i++) {
            assertEquals(numbers[i], number(i));
        }
    }

    private void checkSentAllInOrder() {
        assertEquals(numbered, udp.sent.size());
        for (int i = 0; i < numbered; i++) {
            assertEquals(i, number(i));
        }
    }

    private int number(int i) {
        byte[] data = udp.sent.get(i).data();
        return data[0] & 0xff | (data[1] & 0xff) << 8 | (data[2] & 0xff) << 16;
    }

    private void everyBatchIsBack() {
        TxBatch[] all = new TxBatch[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            all[i] = transmitter.take();
            assertNotNull(all[i]);
            assertTrue(all[i].isEmpty());
        }
        assertNull(transmitter.take());
        for (TxBatch batch : all) {
            transmitter.submit(batch);
        }
    }

    @Test
    void sendsAtOnceWhenItCan() {
        submit(10, 100, PEER);
        checkSentAllInOrder();
        assertEquals(0, writer.doWork());
        assertEquals(0, counters.sum(Counter.UDP_QUEUE_HANDOVERS));
        assertEquals(1, counters.sum(Counter.UDP_MESSAGES_SENT));
        everyBatchIsBack();
    }

    @Test
    void anEmptyBatchGoesStraightBack() {
        TxBatch batch = transmitter.take();
        transmitter.submit(batch);
        assertSame(batch, transmitter.take());
    }

    @Test
    void withoutDirectSendingTheWriterSendsAll() {
        transmitter = transmitter(false);
        submit(3, 100, PEER);
        assertTrue(udp.sent.isEmpty());
        assertEquals(1, writer.doWork());
        checkSentAllInOrder();
        assertEquals(0, counters.sum(Counter.UDP_QUEUE_HANDOVERS));
        everyBatchIsBack();
    }

    @Test
    void whatFollowsAFullSocketWaitsBehindIt() {
        udp.room = 2;
        TxBatch batch = transmitter.take();
        for (int i = 0; i < 5; i++) {
            append(batch, 1, 100 + i, PEER);
        }
        transmitter.submit(batch);
        assertEquals(2, udp.sent.size());
        udp.room = Integer.MAX_VALUE;
        // The socket has room again, but the rest of the first batch has not been sent.
        submit(1, 100, PEER);
        assertEquals(2, udp.sent.size());
        assertEquals(2, counters.sum(Counter.UDP_QUEUE_HANDOVERS));
        assertEquals(2, writer.doWork());
        submit(1, 100, PEER);
        checkSentAllInOrder();
        assertEquals(2, counters.sum(Counter.UDP_QUEUE_HANDOVERS));
        everyBatchIsBack();
    }

    @Test
    void urgentBatchesGoBeforeBulkThatWaits() {
        Transmitter urgent =
                new Transmitter(arena, 2, udp, writer, offloads, counters.newBlock(), true, true);
        udp.room = 1;
        TxBatch begun = transmitter.take();
        append(begun, 1, 100, PEER);
        append(begun, 1, 101, PEER);
        transmitter.submit(begun);
        submit(1, 100, PEER);
        TxBatch handshake = urgent.take();
        append(handshake, 1, 100, PEER);
        urgent.submit(handshake);
        assertFalse(urgent.isIdle());
        assertEquals(0, writer.doWork());
        udp.room = 1;
        writer.doWork();
        checkSent(0, 3);
        assertTrue(urgent.isIdle());
        udp.room = 10;
        writer.doWork();
        checkSent(0, 3, 1, 2);
        everyBatchIsBack();
    }

    @Test
    void whoWaitsForABatchIsWokenByOneThatIsBackAndNobodyElseIs() {
        int[] woken = {0};
        transmitter = transmitter(false);
        transmitter.onBatchBack(() -> woken[0]++);
        submit(1, 100, PEER);
        assertEquals(1, writer.doWork());
        assertEquals(0, woken[0], "it did not say that it waits");
        submit(1, 100, PEER);
        submit(1, 100, PEER);
        transmitter.announceWait();
        assertEquals(2, writer.doWork());
        assertEquals(1, woken[0]);
        transmitter.announceWait();
        transmitter.endWait();
        submit(1, 100, PEER);
        assertEquals(1, writer.doWork());
        assertEquals(1, woken[0]);
        everyBatchIsBack();
    }

    @Test
    void theWriterKeepsWhatItCouldNotSend() {
        transmitter = transmitter(false);
        udp.room = 1;
        submit(1, 100, PEER);
        submit(1, 100, PEER);
        submit(1, 100, PEER);
        assertEquals(1, writer.doWork());
        assertEquals(0, writer.doWork());
        udp.room = 10;
        assertEquals(2, writer.doWork());
        checkSentAllInOrder();
        everyBatchIsBack();
    }

    @Test
    void aRefusedRunGoesDatagramByDatagramAndSoDoAllToThereFromThenOn() {
        for (int errno : new int[] {Errno.EINVAL, Errno.EMSGSIZE}) {
            udp.verdict = (to, segments) -> segments > 1 ? errno : 0;
            offloads.retryRuns();
            submit(10, 100, PEER);
            assertEquals(64, offloads.maxSegments(), "others get runs");
            assertEquals(1, offloads.maxSegments(PEER));
            assertEquals(1, offloads.maxSegments(PEER.withoutLocal()), "whatever we send from");
            assertEquals(64, offloads.maxSegments(PEER.withPort(PEER.port() + 1)));
        }
        offloads.retryRuns();
        assertEquals(64, offloads.maxSegments(PEER));
        checkSentAllInOrder();
        assertEquals(2, counters.sum(Counter.UDP_GSO_FALLBACKS));
        assertEquals(0, counters.sum(Counter.UDP_SEND_ERRORS));
        everyBatchIsBack();
    }

    @Test
    void ofTooManyRefusalsTheLastAreRemembered() {
        for (int i = 1; i <= 100; i++) {
            offloads.gsoRefused(PEER.withPort(i), Errno.EINVAL);
        }
        assertEquals(64, offloads.maxSegments(PEER.withPort(36)));
        assertEquals(1, offloads.maxSegments(PEER.withPort(37)));
        assertEquals(1, offloads.maxSegments(PEER.withPort(100)));
    }

    @Test
    void aDeviceThatCannotTurnsRunsOff() {
        udp.verdict = (to, segments) -> segments > 1 ? Errno.EIO : 0;
        submit(10, 100, PEER);
        assertEquals(1, offloads.maxSegments());
        assertEquals("EIO", offloads.gsoRefusal());
        submit(10, 100, PEER);
        checkSentAllInOrder();
        assertEquals(1, counters.sum(Counter.UDP_GSO_FALLBACKS));
    }

    @Test
    void runsAreNotBlamedForWhatSingleDatagramsSufferToo() {
        udp.verdict = (to, segments) -> Errno.EIO;
        submit(10, 100, PEER);
        assertEquals(64, offloads.maxSegments());
        assertEquals(0, counters.sum(Counter.UDP_GSO_FALLBACKS));
        assertEquals(10, counters.sum(Counter.UDP_SEND_ERRORS), "datagrams, not messages");
        everyBatchIsBack();
    }

    @Test
    void datagramsLostInAFallbackAreCounted() {
        int[] left = {4};
        udp.verdict =
                (to, segments) -> segments > 1 ? Errno.EINVAL : left[0]-- > 0 ? 0 : Errno.ENOBUFS;
        submit(10, 100, PEER);
        checkSent(0, 1, 2, 3);
        assertEquals(6, counters.sum(Counter.UDP_SEND_ERRORS));
        everyBatchIsBack();
    }

    @Test
    void aFullSocketDuringAFallbackLosesNothing() {
        udp.verdict = (to, segments) -> segments > 1 ? Errno.EINVAL : 0;
        udp.room = 1;
        submit(1, 200, PEER);
        TxBatch batch = transmitter.take();
        append(batch, 5, 100, PEER);
        udp.room = 0;
        transmitter.submit(batch);
        udp.room = 10;
        writer.doWork();
        checkSentAllInOrder();
        everyBatchIsBack();
    }

    @Test
    void aLocalAddressThatIsGoneIsLeftToTheKernel() {
        int[] gone = {Errno.EINVAL, Errno.EADDRNOTAVAIL, Errno.ENETUNREACH, Errno.EHOSTUNREACH};
        for (int errno : gone) {
            udp.verdict = (to, segments) -> to.hasLocal() ? errno : 0;
            submit(1, 100, FROM_GONE);
            // A run too, for which EINVAL could also mean that it is no proper run.
            submit(5, 100, FROM_GONE);
        }
        checkSentAllInOrder();
        udp.sent.forEach(sent -> assertEquals(PEER, sent.to()));
        assertEquals(0, counters.sum(Counter.UDP_SEND_ERRORS));
        assertEquals(64, offloads.maxSegments());
        everyBatchIsBack();
    }

    @Test
    void aRefusedRunKeepsItsLocalAddress() {
        udp.verdict = (to, segments) -> segments > 1 ? Errno.EINVAL : 0;
        submit(5, 100, FROM_GONE);
        checkSentAllInOrder();
        udp.sent.forEach(sent -> assertEquals(FROM_GONE, sent.to()));
    }

    @Test
    void otherRefusalsCostOneMessageEach() {
        udp.verdict = (to, segments) -> to == PEER ? 0 : Errno.EPERM;
        TxBatch batch = transmitter.take();
        append(batch, 1, 100, PEER);
        append(batch, 1, 100, FROM_GONE);
        append(batch, 1, 100, PEER);
        transmitter.submit(batch);
        checkSent(0, 2);
        assertEquals(1, counters.sum(Counter.UDP_SEND_ERRORS));
    }

    @Test
    void placesThatTheKernelWillNotSendToAreTold() {
        ControlPort control = tellingPort();
        for (int errno : new int[] {Errno.ENOBUFS, Errno.EMSGSIZE}) {
            udp.verdict = (to, segments) -> errno;
            submit(1, 100, PEER);
            assertNull(control.takeUnsendable(), "not for " + errno);
        }
        int[] noWay = {Errno.EPERM, Errno.EACCES, Errno.ENETUNREACH, Errno.EHOSTUNREACH};
        for (int errno : noWay) {
            udp.verdict = (to, segments) -> errno;
            submit(3, 100, PEER);
            assertFalse(control.isEmpty());
            assertSame(PEER, control.takeUnsendable());
            submit(1, 100, PEER);
            assertTrue(control.isEmpty(), "told once");
            control.listenForUnsendable();
            assertTrue(control.isEmpty());
        }
        transmitter = transmitter(false);
        submit(1, 100, FROM_GONE);
        writer.doWork();
        assertTrue(FROM_GONE.sameRemote(control.takeUnsendable()), "the writer tells, too");
        everyBatchIsBack();
    }

    private ControlPort tellingPort() {
        ControlPort control = new ControlPort(2, 2, new Wakeup(), () -> {});
        writer.tellRefusals(control);
        return control;
    }

    /** A busy peer, refused all the time, leaves room for a quiet one. */
    @Test
    void eachPlaceIsToldOnceAndAHandfulTogether() {
        ControlPort control = tellingPort();
        udp.verdict = (to, segments) -> Errno.EPERM;
        for (int i = 0; i < 100; i++) {
            submit(1, 100, i % 2 == 0 ? PEER : FROM_GONE);
        }
        Endpoint quiet = PEER.withPort(1);
        submit(1, 100, quiet);
        assertTrue(PEER.sameRemote(control.takeUnsendable()));
        assertSame(quiet, control.takeUnsendable());
        assertTrue(control.isEmpty());
        for (int i = 0; i < 3 * Refusals.PLACES; i++) {
            submit(1, 100, PEER.withPort(10 + i));
        }
        int more = 0;
        while (control.takeUnsendable() != null) {
            more++;
        }
        assertEquals(Refusals.PLACES - 2, more, "the rest has to wait");
    }

    /** Shots of hole punching go to places without a route as a matter of course. */
    @Test
    void nobodyIsToldWhereTheControlAgentTries() {
        ControlPort control = tellingPort();
        udp.verdict = (to, segments) -> Errno.ENETUNREACH;
        for (boolean direct : new boolean[] {true, false}) {
            transmitter =
                    new Transmitter(
                            arena,
                            BATCHES,
                            udp,
                            writer,
                            offloads,
                            counters.newBlock(),
                            direct,
                            true);
            submit(1, 100, PEER);
            writer.doWork();
            assertTrue(control.isEmpty());
        }
        assertEquals(2, counters.sum(Counter.UDP_SEND_ERRORS));
    }

    /** EINVAL is also what a run or a local address is refused with. */
    @Test
    void aBlackholeRouteIsToldFromARefusedRunAndFromALocalAddressThatIsGone() {
        ControlPort control = tellingPort();
        udp.verdict = (to, segments) -> segments > 1 ? Errno.EINVAL : 0;
        submit(5, 100, PEER);
        udp.verdict = (to, segments) -> to.hasLocal() ? Errno.EINVAL : 0;
        submit(1, 100, FROM_GONE);
        submit(5, 100, FROM_GONE);
        checkSentAllInOrder();
        assertTrue(control.isEmpty());
        udp.verdict = (to, segments) -> Errno.EINVAL;
        submit(5, 100, FROM_GONE.withPort(7));
        assertEquals(PEER.withPort(7), control.takeUnsendable());
        submit(1, 100, PEER);
        assertEquals(PEER, control.takeUnsendable());
    }

    @Test
    void interruptedCallsAreRepeated() {
        int[] times = {3};
        udp.verdict = (to, segments) -> times[0]-- > 0 ? Errno.EINTR : 0;
        submit(4, 100, PEER);
        checkSentAllInOrder();
    }

    @Test
    void aFullQueueDropsAndCounts() {
        udp.room = 0;
        Transmitter[] many = new Transmitter[UdpWriter.QUEUE / BATCHES + 1];
        int submitted = 0;
        for (int i = 0; i < many.length; i++) {
            many[i] = transmitter(true);
            for (int j = 0; j < BATCHES; j++) {
                TxBatch batch = many[i].take();
                append(batch, 2, 100 + submitted % 2, PEER);
                many[i].submit(batch);
                submitted++;
            }
        }
        long dropped = counters.sum(Counter.DROP_NO_BATCH);
        assertEquals(2L * (submitted - UdpWriter.QUEUE), dropped);
        udp.room = Integer.MAX_VALUE;
        while (writer.doWork() > 0) {
            continue;
        }
        assertEquals(2 * UdpWriter.QUEUE, udp.sent.size());
    }

    /** Whatever the socket does, datagrams arrive at most once, in order, or are counted. */
    @Test
    void randomTroubleKeepsOrderAndCount() {
        Random random = Seed.random("TransmitterTest");
        for (int round = 0; round < 300; round++) {
            udp.sent.clear();
            numbered = 0;
            long errorsBefore = counters.sum(Counter.UDP_SEND_ERRORS);
            long droppedBefore = counters.sum(Counter.DROP_NO_BATCH);
            int trouble = 1 + random.nextInt(20);
            udp.verdict =
                    (to, segments) ->
                            random.nextInt(trouble) != 0
                                    ? 0
                                    : new int[] {
                                                Errno.EAGAIN,
                                                Errno.EINTR,
                                                Errno.EINVAL,
                                                Errno.EMSGSIZE
                                            }
                                            [random.nextInt(4)];
            for (int i = 0; i < 40; i++) {
                TxBatch batch = transmitter.take();
                if (batch != null) {
                    append(batch, random.nextInt(70), 100, random.nextBoolean() ? PEER : FROM_GONE);
                    append(batch, random.nextInt(2), 50, PEER);
                    transmitter.submit(batch);
                }
                if (random.nextInt(3) == 0) {
                    writer.doWork();
                }
            }
            udp.verdict = (to, segments) -> 0;
            while (writer.doWork() > 0) {
                continue;
            }
            for (int i = 1; i < udp.sent.size(); i++) {
                assertTrue(number(i) > number(i - 1));
            }
            if (counters.sum(Counter.UDP_SEND_ERRORS) == errorsBefore) {
                assertEquals(numbered, udp.sent.size());
            }
            assertEquals(droppedBefore, counters.sum(Counter.DROP_NO_BATCH));
            everyBatchIsBack();
        }
        assertFalse(counters.sum(Counter.UDP_QUEUE_HANDOVERS) == 0);
    }
}
