package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static dev.taltun.netns.Node.Kind.WIREGUARD_GO;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.taltun.testing.Seed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernels' own TCP through a tunnel whose datagrams are lost, repeated and overtaken: many
 * streams at once, written in pieces of any size with urgent bytes between, closed one side after
 * the other. What arrives is what was sent.
 */
@NamespaceTest
final class StreamTest {
    private static final int STREAMS = 12;
    private static final int BYTES = 1_000_000;
    private static final int LARGEST_WRITE = 100_000;
    private static final int REORDERED = 8;

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Answers each stream, once its other side has ended, with the hash of what came. */
    private static final class Hasher implements AutoCloseable {
        private final ServerSocketChannel server;

        Hasher(Namespace host) {
            server = host.inside(() -> ServerSocketChannel.open().bind(new InetSocketAddress(0)));
            Thread.ofPlatform().daemon().name("hasher").start(this::run);
        }

        int port() {
            return server.socket().getLocalPort();
        }

        private void run() {
            try {
                while (true) {
                    SocketChannel stream = server.accept();
                    // Urgent bytes stay where they are in the stream.
                    stream.socket().setOOBInline(true);
                    Thread.ofPlatform().daemon().start(() -> answer(stream));
                }
            } catch (IOException e) {
                assert !server.isOpen() : e;
            }
        }

        private static void answer(SocketChannel stream) {
            MessageDigest hash = sha256();
            ByteBuffer buffer = ByteBuffer.allocate(LARGEST_WRITE);
            try (stream) {
                while (stream.read(buffer.clear()) >= 0) {
                    hash.update(buffer.flip());
                }
                stream.write(ByteBuffer.wrap(hash.digest()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** Sends one stream of random bytes and compares the hash that comes back with its own. */
    private static void stream(Namespace from, String address, int port, Random random)
            throws IOException {
        MessageDigest hash = sha256();
        try (SocketChannel stream = from.inside(SocketChannel::open)) {
            stream.connect(new InetSocketAddress(address, port));
            int sent = 0;
            while (sent < BYTES) {
                int most = random.nextBoolean() ? LARGEST_WRITE : 2000;
                byte[] piece = new byte[1 + random.nextInt(most)];
                random.nextBytes(piece);
                hash.update(piece);
                sent += piece.length;
                ByteBuffer buffer = ByteBuffer.wrap(piece);
                while (buffer.hasRemaining()) {
                    stream.write(buffer);
                }
                if (random.nextInt(8) == 0) {
                    byte urgent = (byte) random.nextInt();
                    stream.socket().sendUrgentData(urgent);
                    hash.update(urgent);
                }
            }
            stream.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(hash.getDigestLength());
            while (answer.hasRemaining() && stream.read(answer) >= 0) {
                continue;
            }
            assertArrayEquals(hash.digest(), answer.array(), "hash of a stream to " + address);
        }
    }

    /** Half of the streams in each direction, half of them over IPv6. */
    private static void streams(TwoHosts hosts, Random random) throws IOException {
        for (Namespace host : List.of(hosts.a(), hosts.b())) {
            host.run("sysctl", "-qw", "net.ipv4.tcp_ecn=1");
        }
        List<CompletableFuture<Void>> all = new ArrayList<>();
        try (Hasher left = new Hasher(hosts.a());
                Hasher right = new Hasher(hosts.b())) {
            for (int i = 0; i < STREAMS; i++) {
                boolean toRight = i % 2 == 0;
                boolean ipv6 = i % 4 < 2;
                String to = toRight ? TwoHosts.RIGHT_VIP : TwoHosts.LEFT_VIP;
                String to6 = toRight ? TwoHosts.RIGHT_VIP6 : TwoHosts.LEFT_VIP6;
                Random own = new Random(random.nextLong());
                all.add(
                        start(
                                () ->
                                        stream(
                                                toRight ? hosts.a() : hosts.b(),
                                                ipv6 ? to6 : to,
                                                (toRight ? right : left).port(),
                                                own)));
            }
            all.forEach(CompletableFuture::join);
        }
    }

    private interface Body {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> start(Body body) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(
                        () -> {
                            try {
                                body.run();
                                done.complete(null);
                            } catch (Throwable e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }

    private static void lose(Namespace host, int percent) {
        host.run("nft", "add table inet lossy");
        host.run("nft", "add chain inet lossy in { type filter hook input priority 0 ; }");
        host.run(
                ("nft add rule inet lossy in iifname eth0 meta l4proto udp numgen random mod 100 < "
                                + percent
                                + " drop")
                        .split(" "));
    }

    /** The kernel loses whole runs of datagrams at once. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"--workers 3", "--tun-tso off --tun-uso off --udp-gso off --udp-gro off"})
    void lostRuns(String flags) throws IOException {
        Random random = Seed.random("StreamTest.lostRuns");
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            for (Node node : List.of(hosts.left(), hosts.right())) {
                ((TaltunNode) node).flags(flags.isEmpty() ? new String[0] : flags.split(" "));
            }
            hosts.start();
            lose(hosts.a(), 2);
            lose(hosts.b(), 2);
            streams(hosts, random);
        }
    }

    /** Somebody on the way loses, repeats and delays single datagrams. */
    @ParameterizedTest(name = "to {0}")
    @EnumSource(Node.Kind.class)
    void lostRepeatedAndOvertakenDatagrams(Node.Kind right) throws IOException {
        Random random = Seed.random("StreamTest.disorder");
        try (TwoHosts hosts = TwoHosts.apart(TALTUN, right)) {
            hosts.start();
            hosts.middleman().meddle(new Disorder(random.nextLong()));
            streams(hosts, random);
        }
    }

    /** Without any loss, the other way round. */
    @Test
    void streamsFromWireguardGo() throws IOException {
        Random random = Seed.random("StreamTest.streams");
        try (TwoHosts hosts = new TwoHosts(WIREGUARD_GO, TALTUN, true, false).start()) {
            streams(hosts, random);
        }
    }

    /** Each direction has a thread of its own, so it has its own randomness too. */
    private static final class Disorder implements Middleman.Meddler {
        private final Direction[] directions;

        Disorder(long seed) {
            directions = new Direction[] {new Direction(seed), new Direction(~seed)};
        }

        @Override
        public List<byte[]> pass(boolean toRight, byte[] datagram) {
            return directions[toRight ? 1 : 0].pass(datagram);
        }
    }

    private static final class Direction {
        private final Random random;
        private final List<byte[]> held = new ArrayList<>();

        Direction(long seed) {
            random = new Random(seed);
        }

        List<byte[]> pass(byte[] datagram) {
            List<byte[]> out = new ArrayList<>();
            switch (random.nextInt(100)) {
                case 0 -> {}
                case 1, 2 -> {
                    out.add(datagram);
                    out.add(datagram);
                }
                case 3, 4, 5, 6 -> held.add(datagram);
                default -> out.add(datagram);
            }
            if (!held.isEmpty() && random.nextInt(REORDERED) == 0) {
                out.add(held.remove(random.nextInt(held.size())));
            }
            return out;
        }
    }
}
