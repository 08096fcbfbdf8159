package dev.taltun.engine;

import dev.taltun.api.Device;
import dev.taltun.api.DeviceStatus;
import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.Mode;
import dev.taltun.control.ControlCommands;
import dev.taltun.control.PathChoice;
import dev.taltun.control.PeerChange;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.PeerStatus;
import dev.taltun.control.SuiteChoice;
import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.Poller;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.StaticIdentity;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What can be seen and changed of a running engine beside its peers. Any thread; changes come one
 * after another, and none of it is on the packet path.
 *
 * <p>Owns the identity in use, and a copy of its private key to show it.
 */
final class LiveDevice implements Device, AutoCloseable {
    /** How long a change of the link may wait for the control agent. */
    private static final long LINK_SECONDS = 2;

    private final Parts parts;
    private StaticIdentity identity;

    /** Copy of the private key in use, or null while there is none. */
    private SecretKey privateKey;

    private int mark;

    /** While the interface is not up we are nobody to our peers. */
    private final StaticIdentity nobody = StaticIdentity.nobody();

    private boolean up;

    /**
     * What the engine was built of.
     *
     * @param pollers those whose threads may be asleep on a socket
     * @param suites for peers that the configuration does not know
     * @param offloads names of those in use
     */
    record Parts(
            InterfaceConfig config,
            ControlCommands commands,
            StaticIdentity identity,
            List<LinuxUdpSocket> sockets,
            List<Poller> pollers,
            Counters counters,
            SuiteChoice suites,
            List<String> offloads,
            String crypto) {}

    LiveDevice(Parts parts) {
        this.parts = parts;
        identity = parts.identity();
        privateKey = identity.isNobody() ? null : copy(parts.config().privateKey());
        mark = parts.config().fwmark();
        up = !identity.isNobody();
    }

    /**
     * The interface is up, or not: then sessions end, and there is no handshake until it is up
     * again.
     */
    synchronized void use(boolean linkUp) {
        if (linkUp == up) {
            return;
        }
        try {
            // Only when it is taken is the other identity free to be replaced and wiped.
            parts.commands()
                    .identity(linkUp ? identity : nobody)
                    .orTimeout(LINK_SECONDS, TimeUnit.SECONDS)
                    .join();
            up = linkUp;
        } catch (CompletionException e) {
            // Too busy, or ending: the interface's next change is taken as this one.
            up = !linkUp;
        }
    }

    private static SecretKey copy(SecretKey key) {
        byte[] bytes = key.toBytes();
        try {
            return SecretKey.copyOf(bytes);
        } finally {
            ConstantTime.wipe(bytes);
        }
    }

    @Override
    public CompletableFuture<List<PeerStatus>> peers() {
        return parts.commands().status();
    }

    @Override
    public CompletableFuture<Map<PublicKey, SecretKey>> presharedKeys() {
        return parts.commands().presharedKeys();
    }

    @Override
    public CompletableFuture<Void> change(List<PeerChange> changes) {
        return parts.commands().change(changes);
    }

    @Override
    public CompletableFuture<Void> removePeers() {
        return parts.commands().removeAll();
    }

    @Override
    public synchronized DeviceStatus status() {
        Map<Counter, Long> counters = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            long sum = parts.counters().sum(counter);
            if (sum != 0) {
                counters.put(counter, sum);
            }
        }
        InterfaceConfig config = parts.config();
        return new DeviceStatus(
                config.mode().name().toLowerCase(Locale.ROOT),
                config.mtu(),
                identity.isNobody() ? null : identity.publicKey(),
                parts.sockets().getFirst().port(),
                mark,
                parts.offloads(),
                parts.crypto(),
                counters);
    }

    @Override
    public synchronized SecretKey privateKey() {
        return privateKey == null ? null : copy(privateKey);
    }

    @Override
    public synchronized void privateKey(SecretKey key) {
        SecretKey next = key == null ? null : copy(key);
        StaticIdentity other = next == null ? StaticIdentity.nobody() : new StaticIdentity(next);
        boolean same =
                next == null ? identity.isNobody() : other.publicKey().equals(identity.publicKey());
        if (same) {
            other.close();
            forget(next);
            return;
        }
        try {
            if (up) {
                parts.commands().identity(other).join();
            }
        } catch (CompletionException e) {
            other.close();
            forget(next);
            throw new IllegalStateException("the engine is stopping", e);
        }
        identity.close();
        forget(privateKey);
        privateKey = next;
        identity = other;
    }

    private static void forget(SecretKey key) {
        if (key != null) {
            key.close();
        }
    }

    @Override
    public synchronized void listenPort(int port) throws IOException {
        List<LinuxUdpSocket> sockets = parts.sockets();
        if (port == sockets.getFirst().port()) {
            return;
        }
        List<LinuxUdpSocket> others = Sockets.open(parts.config(), sockets.size(), port, mark);
        try {
            for (int i = 0; i < sockets.size(); i++) {
                sockets.get(i).become(others.get(i));
            }
        } finally {
            others.forEach(LinuxUdpSocket::close);
            parts.pollers().forEach(Poller::wakeUp);
        }
    }

    @Override
    public synchronized void fwmark(int next) throws IOException {
        for (LinuxUdpSocket socket : parts.sockets()) {
            socket.mark(next);
        }
        mark = next;
    }

    @Override
    public PeerSpec newPeer(PublicKey key) {
        boolean initiates = parts.config().mode() == Mode.CLIENT;
        return new PeerSpec(
                key.abbreviated(),
                key,
                null,
                null,
                List.of(),
                0,
                initiates,
                parts.suites(),
                null,
                false,
                PathChoice.AUTO);
    }

    @Override
    public synchronized void close() {
        identity.close();
        nobody.close();
        forget(privateKey);
        privateKey = null;
    }
}
