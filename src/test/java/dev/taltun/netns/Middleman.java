package dev.taltun.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Somebody on the way between two ends of a tunnel, through whom every datagram goes and who does
 * with it what a test wants:
 *
 * <pre>
 *   left end  ---&gt;  near | Middleman | far  ---&gt;  right end
 * </pre>
 *
 * <p>To the right end the left one seems to be here, as if behind address translation. Each
 * direction has a thread, which calls the meddler.
 */
public final class Middleman implements AutoCloseable {
    private static final int LARGEST = 65_535;

    private final DatagramChannel near;
    private final DatagramChannel far;
    private final SocketAddress right;
    private final AtomicReference<SocketAddress> left = new AtomicReference<>();
    private volatile Meddler meddler = Meddler.HONEST;

    /** Decides what becomes of a datagram. */
    public interface Meddler {
        Meddler HONEST = (toRight, datagram) -> List.of(datagram);

        /**
         * Sees one datagram, which it may change.
         *
         * @return what to send on instead, in this order
         */
        List<byte[]> pass(boolean toRight, byte[] datagram);
    }

    /**
     * @param host where it stands
     * @param address where the left end finds it
     * @param right where the right end is
     */
    public Middleman(Namespace host, InetSocketAddress address, InetSocketAddress right) {
        this.right = right;
        near = host.inside(() -> DatagramChannel.open().bind(address));
        far = host.inside(() -> DatagramChannel.open().bind(null));
        start("to the right", () -> relay(true));
        start("to the left", () -> relay(false));
    }

    private static void start(String name, Runnable body) {
        Thread.ofPlatform().daemon().name("middleman " + name).start(body);
    }

    /** Changes what becomes of datagrams from now on. */
    public void meddle(Meddler next) {
        meddler = next;
    }

    private void relay(boolean toRight) {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST);
        try {
            while (true) {
                SocketAddress source = (toRight ? near : far).receive(buffer.clear());
                if (toRight) {
                    left.set(source);
                }
                byte[] datagram = Arrays.copyOf(buffer.array(), buffer.position());
                for (byte[] next : meddler.pass(toRight, datagram)) {
                    send(toRight, next);
                }
            }
        } catch (ClosedChannelException e) {
            // Closed by the test.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a datagram of its own, in the name of the other end. Any thread. */
    public void send(boolean toRight, byte[] datagram) throws IOException {
        SocketAddress to = toRight ? right : left.get();
        if (to != null) {
            (toRight ? far : near).send(ByteBuffer.wrap(datagram), to);
        }
    }

    /** Everything that went through, in the order of each direction. */
    public static final class Record implements Meddler {
        /** One datagram as it came. */
        public record Seen(boolean toRight, byte[] bytes) {
            public int type() {
                return bytes.length == 0 ? 0 : bytes[0];
            }

            public int suite() {
                return bytes.length < 2 ? 0 : bytes[1];
            }
        }

        private final List<Seen> seen = new CopyOnWriteArrayList<>();
        private final Meddler then;

        public Record(Meddler then) {
            this.then = then;
        }

        public List<Seen> seen() {
            return seen;
        }

        @Override
        public List<byte[]> pass(boolean toRight, byte[] datagram) {
            seen.add(new Seen(toRight, datagram.clone()));
            return then.pass(toRight, datagram);
        }
    }

    @Override
    public void close() {
        try {
            near.close();
            far.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
