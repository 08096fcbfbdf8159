package dev.taltun.bench;

import dev.taltun.protocol.HandshakeResponse;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Many nodes in front of one lighthouse, which come from a few ports. One thread does all of it:
 * sends as long as fewer than a window wait for their answers, and looks for answers.
 */
final class Crowd implements AutoCloseable {
    private static final int PORTS = 16;
    private static final int BUFFER_BYTES = 4 << 20;
    private static final int ROOM = 2048;
    private static final long ANSWER_NANOS = 2_000_000_000L;

    /** What came of a phase. */
    record Result(int answered, int lost, double seconds, double medianMillis) {
        double perSecond() {
            return answered / seconds;
        }
    }

    private final List<Registrant> nodes;
    private final DatagramChannel[] channels = new DatagramChannel[PORTS];
    private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
    private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM);
    private final MemorySegment received = MemorySegment.ofBuffer(in);
    private final MemorySegment sent = MemorySegment.ofBuffer(out);
    private final MemorySegment plain = Arena.ofAuto().allocate(ROOM, 16);

    /** Nodes whose answer is awaited, oldest first; some have got it meanwhile. */
    private final ArrayDeque<Registrant> waiting = new ArrayDeque<>();

    private int inFlight;
    private int answered;
    private int lost;
    private long[] times = new long[0];

    @SuppressWarnings("AddressSelection") // numeric
    Crowd(List<Registrant> nodes, int port) throws IOException {
        this.nodes = nodes;
        for (int i = 0; i < PORTS; i++) {
            channels[i] = DatagramChannel.open();
            channels[i].configureBlocking(false);
            channels[i].setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES / PORTS);
            channels[i].bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channels[i].connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    /** Every node shakes hands, repeated until all are connected. */
    Result connect(int window, double limitSeconds) throws IOException {
        long start = begin();
        long end = start + (long) (limitSeconds * 1e9);
        List<Registrant> left = new ArrayList<>(nodes);
        while (!left.isEmpty() && System.nanoTime() < end) {
            for (Registrant node : left) {
                awaitRoom(window);
                out.clear();
                send(node, node.initiation(sent));
            }
            awaitAll();
            left.removeIf(Registrant::isConnected);
        }
        return result(start);
    }

    /**
     * The nodes register in turns.
     *
     * @param perSecond how many at most; as fast as the window allows if 0
     */
    Result register(int window, int perSecond, double seconds) throws IOException {
        long start = begin();
        long end = start + (long) (seconds * 1e9);
        int count = 0;
        for (long now = start; now < end; now = System.nanoTime()) {
            boolean early = perSecond > 0 && count >= (now - start) / 1e9 * perSecond;
            Registrant node = nodes.get(count % nodes.size());
            if (early || node.isWaiting()) {
                receive();
                giveUp();
                continue;
            }
            awaitRoom(window);
            out.clear();
            send(node, node.registration(plain, sent));
            count++;
        }
        awaitAll();
        return result(start);
    }

    private long begin() {
        answered = 0;
        lost = 0;
        times = new long[1 << 16];
        return System.nanoTime();
    }

    private Result result(long start) {
        int known = Math.min(answered, times.length);
        long[] sorted = Arrays.copyOf(times, known);
        Arrays.sort(sorted);
        double median = known == 0 ? 0 : sorted[known / 2] / 1e6;
        return new Result(answered, lost, (System.nanoTime() - start) / 1e9, median);
    }

    private void send(Registrant node, int length) throws IOException {
        out.clear().limit(length);
        channels[node.index() % PORTS].write(out);
        waiting.add(node);
        inFlight++;
    }

    private void awaitRoom(int window) throws IOException {
        receive();
        while (inFlight >= window) {
            receive();
            giveUp();
        }
    }

    private void awaitAll() throws IOException {
        while (inFlight > 0) {
            receive();
            giveUp();
        }
        waiting.clear();
    }

    private void giveUp() {
        long before = System.nanoTime() - ANSWER_NANOS;
        Registrant oldest;
        while ((oldest = waiting.peek()) != null) {
            if (oldest.isWaiting()) {
                if (!oldest.givesUp(before)) {
                    return;
                }
                lost++;
                inFlight--;
            }
            waiting.remove();
        }
    }

    private void receive() throws IOException {
        for (DatagramChannel channel : channels) {
            in.clear();
            int length;
            while ((length = channel.read(in)) > 0) {
                take(length);
                in.clear();
            }
        }
    }

    private void take(int length) {
        if (!MessageHeader.check(received, 0, length)) {
            return;
        }
        int type = MessageHeader.type(received, 0);
        if (type == MessageType.HANDSHAKE_RESPONSE && length >= HandshakeResponse.BYTES) {
            Registrant node = nodes.get(HandshakeResponse.receiver(received, 0));
            if (node.isWaiting() && node.response(received)) {
                account(0);
            }
        } else if (type == MessageType.TRANSPORT_DATA && length >= TransportData.OVERHEAD_BYTES) {
            int index = TransportData.receiver(received, 0);
            long took = nodes.get(index).answer(received, length, plain);
            if (took >= 0) {
                account(took);
            }
        }
    }

    private void account(long nanos) {
        if (answered < times.length) {
            times[answered] = nanos;
        }
        answered++;
        inFlight--;
    }

    @Override
    public void close() throws IOException {
        for (DatagramChannel channel : channels) {
            channel.close();
        }
    }
}
