package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.Poller;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A real socket with a sender and a receiver, and what arrived at it. */
final class UdpFixture implements AutoCloseable {
    /** One datagram that arrived. */
    record Arrived(byte[] data, Endpoint source) {}

    final LinuxUdpSocket socket;
    final UdpSender sender;
    final RxBatch rx;
    final TxBatch tx;
    final List<Arrived> arrived = new ArrayList<>();

    /** Messages that arrived, one for each GRO run. */
    int messages;

    int truncated;
    private final Map<InetSocketAddress, Endpoint> endpoints = new HashMap<>();
    private final Arena arena = Arena.ofConfined();
    private final UdpReceiver receiver;
    private final Poller poller;

    private UdpFixture(UdpOptions options, int slotBytes) throws IOException {
        socket = LinuxUdpSocket.open(options);
        sender = socket.newSender(arena);
        rx = new RxBatch(arena, 64, slotBytes);
        tx = new TxBatch(arena);
        receiver = socket.newReceiver(arena, rx);
        poller = new Poller(arena, socket.fd());
    }

    static UdpFixture open(String address, boolean gro) throws IOException {
        return new UdpFixture(options(address, 0, 0, gro), 65_536);
    }

    static UdpFixture open(UdpOptions options) throws IOException {
        return new UdpFixture(options, 65_536);
    }

    static UdpFixture openSmall(String address, int slotBytes) throws IOException {
        return new UdpFixture(options(address, 0, 0, false), slotBytes);
    }

    static UdpOptions options(String address, int port, int mark, boolean gro) throws IOException {
        return new UdpOptions(InetAddress.getByName(address), port, false, mark, true, gro);
    }

    /** This socket as seen at an address; the same object each time, as a peer's endpoint is. */
    Endpoint at(String address) throws IOException {
        InetAddress ip = InetAddress.getByName(address);
        InetSocketAddress at = new InetSocketAddress(ip, socket.port());
        return endpoints.computeIfAbsent(at, Endpoint::of);
    }

    UdpReceiver receiver() {
        return receiver;
    }

    /** Appends a datagram of this size whose bytes tell its number. */
    void append(int number, int bytes, Endpoint to, int maxSegments) {
        for (int i = 0; i < bytes; i++) {
            tx.slab().set(Layouts.BYTE, tx.tail() + i, (byte) (number * 7 + i));
        }
        tx.append(bytes, to, maxSegments);
    }

    /** Sends all of the batch; fails on any refusal. */
    void sendAll() {
        while (!tx.isDone()) {
            int sent = sender.send(tx);
            assertTrue(sent > 0, () -> "send: " + sent);
            tx.advance(sent);
        }
        tx.clear();
    }

    /** Receives until this many datagrams are there, or nothing comes for a second. */
    void receive(int count) {
        while (arrived.size() + truncated < count) {
            int n = receiver.receive(rx);
            assertTrue(n >= 0, () -> "receive: " + n);
            assertEquals(n, rx.count());
            if (n == 0) {
                long before = System.nanoTime();
                poller.awaitReadable(1_000_000_000L);
                if (System.nanoTime() - before > 900_000_000L) {
                    return;
                }
            }
            messages += n;
            for (int i = 0; i < n; i++) {
                take(i);
            }
        }
    }

    private void take(int i) {
        if (rx.truncated(i)) {
            truncated++;
            return;
        }
        int left = rx.length(i);
        long at = rx.offset(i);
        do {
            int length = Math.min(left, rx.segmentSize(i));
            byte[] data = rx.slab().asSlice(at, length).toArray(Layouts.BYTE);
            arrived.add(new Arrived(data, rx.source(i)));
            at += length;
            left -= length;
        } while (left > 0);
    }

    /** Asserts that datagram i is the one with this number and size. */
    void check(int i, int number, int bytes) {
        byte[] data = arrived.get(i).data();
        assertEquals(bytes, data.length, "datagram " + i);
        for (int b = 0; b < bytes; b++) {
            assertEquals((byte) (number * 7 + b), data[b], "datagram " + i);
        }
    }

    @Override
    public void close() {
        poller.close();
        socket.close();
        arena.close();
    }
}
