package dev.taltun.api;

import dev.taltun.agent.Agent;
import dev.taltun.io.unix.UnixConnection;
import dev.taltun.io.unix.UnixListener;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The agent that serves the control socket. One request at a time, of whichever connection; what a
 * client does not read waits with that client, and nothing more of it is read meanwhile.
 *
 * <p>Owns its connections and two buffers; the listener is the caller's.
 */
public final class ControlSocket implements Agent {
    private static final int BUFFER_BYTES = 1 << 14;

    private final UnixListener listener;
    private final Device device;
    private final Runnable onNameGone;
    private final List<UnixConnection> connections = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);

    /**
     * @param listener closed by the caller after this agent's end
     * @param onNameGone runs, perhaps more than once, some time after the listener's name was
     *     removed: nobody can reach the engine any more, which some take for its end
     */
    public ControlSocket(UnixListener listener, Device device, Runnable onNameGone) {
        this.listener = listener;
        this.device = device;
        this.onNameGone = onNameGone;
    }

    @Override
    public String roleName() {
        return "taltun-api";
    }

    @Override
    public int doWork() {
        int work = accept();
        Iterator<Exchange> all = exchanges.iterator();
        while (all.hasNext()) {
            Exchange exchange = all.next();
            if (!exchange.connection.isReady()) {
                continue;
            }
            work++;
            if (!exchange.proceed()) {
                exchange.close();
                connections.remove(exchange.connection);
                all.remove();
            }
        }
        return work;
    }

    private int accept() {
        if (connections.size() == UnixListener.CONNECTIONS) {
            return 0;
        }
        UnixConnection connection = listener.accept();
        if (connection == null) {
            return 0;
        }
        connections.add(connection);
        exchanges.add(new Exchange(connection));
        return 1;
    }

    @Override
    public void awaitWork(long maxNanos) {
        if (!listener.isNamed()) {
            onNameGone.run();
        }
        listener.await(connections, maxNanos);
    }

    @Override
    public void wakeUp() {
        listener.wakeUp();
    }

    @Override
    public void onClose() {
        exchanges.forEach(Exchange::close);
        exchanges.clear();
        connections.clear();
    }

    /** One connection, what it said, and what it is told. */
    private final class Exchange implements AutoCloseable {
        private final UnixConnection connection;
        private final Answer answer = new Answer();
        private final UapiSession session = new UapiSession(device, answer);
        private final byte[] said = new byte[BUFFER_BYTES];
        private int from;
        private int to;

        Exchange(UnixConnection connection) {
            this.connection = connection;
        }

        /** Does one thing that can be done; false when the connection is over. */
        boolean proceed() {
            if (!answer.isEmpty()) {
                return send();
            }
            if (session.isBroken()) {
                return false;
            }
            if (from < to) {
                from += session.feed(said, from, to - from);
                return true;
            }
            return receive();
        }

        private boolean send() {
            int count = answer.next(buffer);
            int sent = connection.write(buffer.asSlice(0, count));
            buffer.fill((byte) 0);
            if (sent == UnixConnection.ENDED) {
                return false;
            }
            answer.sent(sent);
            return true;
        }

        private boolean receive() {
            int count = connection.read(buffer);
            if (count == UnixConnection.ENDED) {
                session.end();
                return !answer.isEmpty();
            }
            from = 0;
            to = count;
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, said, 0, count);
            buffer.asSlice(0, count).fill((byte) 0);
            return true;
        }

        @Override
        public void close() {
            session.close();
            Arrays.fill(said, (byte) 0);
            connection.close();
        }
    }
}
