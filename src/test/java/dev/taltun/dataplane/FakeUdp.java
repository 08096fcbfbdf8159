package dev.taltun.dataplane;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.TestMarks;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.io.udp.UdpSender;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A UDP socket in memory: keeps what is sent, gives what is offered, refuses on demand. */
final class FakeUdp implements UdpSender, UdpReceiver {
    /** One datagram that was sent. */
    record Sent(byte[] data, Endpoint to) {}

    /** Decides about one message, or one datagram of it: 0, or an error number. */
    interface Verdict {
        int errno(Endpoint to, int segments);
    }

    final List<Sent> sent = new ArrayList<>();
    Verdict verdict = (to, segments) -> 0;

    /** How many messages the socket takes until it is full. */
    int room = Integer.MAX_VALUE;

    /** What the next receive answers instead of messages, 0 = nothing special. */
    int receiveErrno;

    /** What happens while a receiver sleeps. */
    Runnable asleep = () -> {};

    /** Calls that receive, with a message or without. */
    int receives;

    /** Congestion mark of the message that was sent last. */
    int lastMark;

    private record Waiting(
            byte[] data, int segmentSize, boolean truncated, Endpoint source, int mark) {}

    private final Deque<Waiting> waiting = new ArrayDeque<>();

    @Override
    public int send(TxBatch batch) {
        int count = 0;
        for (int i = batch.sent(); i < batch.messages(); i++, count++) {
            int errno = take(batch.destination(i), batch.segments(i));
            if (errno != 0) {
                return count > 0 ? count : -errno;
            }
            keep(batch, i, Integer.MAX_VALUE);
        }
        return count;
    }

    @Override
    public int sendSingly(TxBatch batch) {
        int i = batch.sent();
        int segments = batch.segments(i);
        for (int count = 0; count < segments; count++) {
            int errno = take(batch.destination(i), 1);
            if (errno != 0) {
                keep(batch, i, count);
                return count > 0 ? count : -errno;
            }
        }
        keep(batch, i, segments);
        return segments;
    }

    private int take(Endpoint to, int segments) {
        int errno = room == 0 ? Errno.EAGAIN : verdict.errno(to, segments);
        room -= errno == 0 ? 1 : 0;
        return errno;
    }

    private void keep(TxBatch batch, int message, int most) {
        lastMark = batch.ecn(message);
        int left = batch.length(message);
        long at = batch.offset(message);
        for (int n = 0; left > 0 && n < most; n++) {
            int bytes = Math.min(left, batch.segmentSize(message));
            byte[] data = batch.slab().asSlice(at, bytes).toArray(Layouts.BYTE);
            sent.add(new Sent(data, batch.destination(message)));
            at += bytes;
            left -= bytes;
        }
    }

    /** Lets a datagram arrive. */
    void offer(byte[] data, Endpoint source) {
        offerRun(data, data.length, false, source);
    }

    /** Lets a message arrive: a run of datagrams, or one that is cut off. */
    void offerRun(byte[] data, int segmentSize, boolean truncated, Endpoint source) {
        waiting.add(new Waiting(data, segmentSize, truncated, source, 0));
    }

    /** Lets a datagram arrive whose outer header carries a congestion mark. */
    void offerMarked(byte[] data, Endpoint source, int mark) {
        waiting.add(new Waiting(data, data.length, false, source, mark));
    }

    int toReceive() {
        return waiting.size();
    }

    @Override
    public boolean canAwait() {
        return ThreadSignal.isSupported();
    }

    @Override
    public int await(RxBatch batch) {
        asleep.run();
        return receive(batch);
    }

    @Override
    public int receive(RxBatch batch) {
        receives++;
        batch.reset();
        if (receiveErrno != 0) {
            return -receiveErrno;
        }
        while (batch.count() < batch.slots() && !waiting.isEmpty()) {
            Waiting next = waiting.poll();
            long at = batch.offset(batch.count());
            int bytes = Math.min(next.data().length, batch.slotBytes());
            MemorySegment.copy(next.data(), 0, batch.slab(), Layouts.BYTE, at, bytes);
            boolean cut = next.truncated() || bytes < next.data().length;
            batch.add(bytes, next.segmentSize(), cut, next.source());
            TestMarks.mark(batch, batch.count() - 1, next.mark());
        }
        return batch.count();
    }
}
