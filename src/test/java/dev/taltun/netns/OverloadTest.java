package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.crypto.Blake2s;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** More than an engine can take: it goes on delivering, to everybody, in the memory it has. */
@NamespaceTest
final class OverloadTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int FLOOD_PORT = 9000;
    private static final int ECHO_PORT = 9001;
    private static final long MEBIBYTE = 1 << 20;

    /** What the JVM itself may come to need for what it had not done before: compiled code. */
    private static final long GROWTH_MAX = 32 * MEBIBYTE;

    /** As the launcher sets it: without, the JVM spreads out before it collects garbage. */
    private static final String[] HEAP = {"-Xms8m", "-Xmx256m"};

    /** Sends datagrams as fast as the kernel takes them, until closed. */
    private static final class Flood implements AutoCloseable {
        private final DatagramChannel socket;
        private final AtomicLong sent = new AtomicLong();
        private final Thread thread;

        Flood(Namespace from, String address, int port, Supplier<byte[]> datagrams) {
            socket = from.inside(DatagramChannel::open);
            InetSocketAddress to = new InetSocketAddress(address, port);
            thread =
                    Thread.ofPlatform()
                            .daemon()
                            .name("flood")
                            .start(
                                    () -> {
                                        while (socket.isOpen()) {
                                            send(ByteBuffer.wrap(datagrams.get()), to);
                                        }
                                    });
        }

        private void send(ByteBuffer datagram, InetSocketAddress to) {
            try {
                socket.send(datagram, to);
                sent.incrementAndGet();
            } catch (IOException e) {
                // The kernel's queue is full, or the test is over.
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
                thread.join();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Counts the datagrams that come to a port, until closed. */
    private static final class Sink implements AutoCloseable {
        private final DatagramChannel socket;
        private final AtomicLong received = new AtomicLong();

        Sink(Namespace host, int port) {
            socket = host.inside(() -> DatagramChannel.open().bind(new InetSocketAddress(port)));
            Thread.ofPlatform().daemon().name("sink").start(this::run);
        }

        private void run() {
            ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
            try {
                while (true) {
                    socket.receive(buffer.clear());
                    received.incrementAndGet();
                }
            } catch (IOException e) {
                assert !socket.isOpen() : e;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static void echoServer(Namespace host) {
        ServerSocketChannel server =
                host.inside(
                        () -> ServerSocketChannel.open().bind(new InetSocketAddress(ECHO_PORT)));
        Thread.ofPlatform()
                .daemon()
                .name("echo")
                .start(
                        () -> {
                            ByteBuffer buffer = ByteBuffer.allocate(1);
                            try (server;
                                    SocketChannel client = server.accept()) {
                                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                                while (client.read(buffer.clear()) > 0) {
                                    client.write(buffer.flip());
                                }
                            } catch (IOException e) {
                                // The test is over.
                                assert e != null;
                            }
                        });
    }

    /** One byte there and back, so many times. */
    private static void askAndAnswer(Namespace from, String address, int times) throws Exception {
        try (SocketChannel client = from.inside(SocketChannel::open)) {
            client.connect(new InetSocketAddress(address, ECHO_PORT));
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < times; i++) {
                client.write(one.clear());
                assertEquals(1, client.read(one.clear()));
            }
        }
    }

    private static long residentBytes(Node node) throws IOException {
        Path status =
                Path.of("/proc", Long.toString(((TaltunNode) node).process().pid()), "status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new AssertionError("no VmRSS in " + status);
    }

    private static long residentBytes(TwoHosts hosts) throws IOException {
        return residentBytes(hosts.left()) + residentBytes(hosts.right());
    }

    /** Handshakes, a small TCP flow and echoes beside a flood through the same tunnel. */
    @Test
    void aFloodThroughTheTunnelStarvesNobody() throws Exception {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                ((TaltunNode) node).jvm(HEAP[0], HEAP[1], "-Dtaltun.rekeyAfterSeconds=2");
            }
            hosts.start();
            echoServer(hosts.a());
            try (Sink sink = new Sink(hosts.b(), FLOOD_PORT)) {
                long before = 0;
                for (int size : new int[] {64, 1372, 64}) {
                    byte[] payload = new byte[size];
                    try (Flood flood =
                            new Flood(hosts.a(), TwoHosts.RIGHT_VIP, FLOOD_PORT, () -> payload)) {
                        for (int i = 0; i < 8; i++) {
                            long last = sink.received.get();
                            Await.until(
                                    "more of the flood",
                                    Duration.ofSeconds(5),
                                    () -> sink.received.get() > last + 500,
                                    hosts::logs);
                        }
                        handshakeAmid(hosts);
                        if (before == 0) {
                            askAndAnswer(hosts.b(), TwoHosts.LEFT_VIP, 20);
                        }
                        assertTrue(flood.sent.get() > 0);
                    }
                    Ping.await(hosts.b(), TwoHosts.LEFT_VIP, SOON);
                    long now = residentBytes(hosts);
                    long growth = before == 0 ? 0 : now - before;
                    assertTrue(growth < GROWTH_MAX, () -> "grew by " + growth + " to " + now);
                    before = now;
                }
            }
        }
    }

    private static void handshakeAmid(TwoHosts hosts) {
        TaltunNode left = (TaltunNode) hosts.left();
        long handshakes = left.handshakes();
        Await.until(
                "new keys amid the flood", SOON, () -> left.handshakes() > handshakes, hosts::logs);
    }

    /** What is no message, is of no session, or only looks like a handshake. */
    @Test
    void aFloodOfForgeriesStarvesNobody() throws Exception {
        Random random = new Random(1);
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            ((TaltunNode) hosts.right()).jvm(HEAP);
            hosts.start();
            byte[] rightKey = Base64.getDecoder().decode(hosts.rightSpec().keys().publicKey());
            List<Supplier<byte[]>> kinds =
                    List.of(
                            () -> noise(random, 0, 1 + random.nextInt(1400)),
                            () -> noise(random, 4, 32 + 16 * random.nextInt(80)),
                            () -> initiation(random, rightKey));
            long before = 0;
            for (Supplier<byte[]> kind : kinds) {
                try (Flood flood =
                        new Flood(hosts.a(), TwoHosts.RIGHT_OUTER, TwoHosts.RIGHT_PORT, kind)) {
                    Await.until("a flood", SOON, () -> flood.sent.get() > 50_000);
                    Ping.Series echoes =
                            Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 50, Duration.ofMillis(20));
                    assertTrue(echoes.received() > 10, () -> echoes + "\n" + hosts.logs());
                    hosts.left().kill();
                    hosts.left().start();
                    Ping.await(hosts.a(), TwoHosts.RIGHT_VIP, SOON);
                }
                long now = residentBytes(hosts.right());
                long growth = before == 0 ? 0 : now - before;
                assertTrue(growth < GROWTH_MAX, () -> "grew by " + growth + " to " + now);
                before = now;
            }
            Ping.Series echoes =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 20, Duration.ofMillis(20));
            assertEquals(0, echoes.lost(), hosts::logs);
        }
    }

    /**
     * The way out takes a tenth of what comes in. UDP does not care; TCP has to find out, and an
     * echo must get through beside it.
     */
    @Test
    void aLinkThatIsTooSlowStarvesNobody() throws Exception {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                ((TaltunNode) node).jvm(HEAP);
            }
            hosts.start();
            String[] slow =
                    "tc qdisc add dev eth0 root tbf rate 50mbit burst 64k latency 20ms".split(" ");
            hosts.a().run(slow);
            Iperf.Flow alone = Iperf.tcp(hosts.a(), hosts.b(), TwoHosts.RIGHT_VIP, 3);
            assertTrue(alone.bitsPerSecond() > 25e6, () -> alone + "\n" + hosts.logs());
            try (Sink sink = new Sink(hosts.b(), FLOOD_PORT)) {
                byte[] payload = new byte[1372];
                try (Flood flood =
                        new Flood(hosts.a(), TwoHosts.RIGHT_VIP, FLOOD_PORT, () -> payload)) {
                    Await.until("a flood", SOON, () -> flood.sent.get() > 20_000);
                    long before = sink.received.get();
                    Ping.Series echoes =
                            Ping.series(hosts.b(), TwoHosts.LEFT_VIP, 100, Duration.ofMillis(20));
                    // A queue that drops takes it out on everybody; but not on all of everybody's.
                    assertTrue(echoes.received() > 0, () -> echoes + "\n" + hosts.logs());
                    long delivered = sink.received.get() - before;
                    assertTrue(delivered > 2_000, () -> delivered + " of the flood");
                }
            }
            Ping.Series echoes =
                    Ping.series(hosts.a(), TwoHosts.RIGHT_VIP, 20, Duration.ofMillis(20));
            assertEquals(0, echoes.lost(), hosts::logs);
        }
    }

    private static byte[] noise(Random random, int type, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (type != 0) {
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, type);
        }
        return bytes;
    }

    /** Random, but for mac1, which everybody can make who knows the public key. */
    private static byte[] initiation(Random random, byte[] receiver) {
        byte[] message = noise(random, 1, 148);
        byte[] key = Blake2s.hash("mac1----".getBytes(StandardCharsets.US_ASCII), receiver);
        byte[] mac1 = Blake2s.keyed(key, 16, Arrays.copyOf(message, 116));
        System.arraycopy(mac1, 0, message, 116, 16);
        Arrays.fill(message, 132, 148, (byte) 0);
        return message;
    }
}
