package dev.taltun.control;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Quiescence;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.PacketSealer;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.dataplane.StagedPacket;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.UdpError;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.KeyFactory;
import dev.taltun.noise.RandomSource;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The agent that owns the peers. See the package's description.
 *
 * <p>Each step takes a bounded share of each kind of work, so that none starves another: whatever
 * is left comes in the next step, which follows at once.
 */
public final class ControlAgent implements Agent {
    private static final int COMMANDS_PER_STEP = 64;
    private static final int FRAMES_PER_STEP = 64;
    private static final int STAGED_PER_STEP = 256;
    private static final int ERRORS_PER_STEP = 16;
    private static final int REQUESTS_PER_STEP = 256;

    /** Peers looked at in one step: should all want a handshake, 10 ms of curve work. */
    private static final int LOOKS_PER_STEP = 32;

    /** Back so much later than planned, the machine has slept. */
    private static final long AWAY_NANOS = 3_000_000_000L;

    /** How soon to look again whether retired sessions can be wiped. */
    private static final long DIG_AGAIN_NANOS = 20_000_000;

    /** How soon to look again whether packets that waited for a handshake have left. */
    private static final long FLUSH_AGAIN_NANOS = 1_000_000;

    /** Errors about sessions that are looked into: each takes a look at every peer. */
    private final Allowance unreachables = new Allowance(50_000_000, 16);

    private final Clock clock;
    private final ControlPort port;
    private final Wakeup wakeup;
    private final Sleeper sleeper;
    private final NameResolver resolver;
    private final ControlContext context;
    private final PeerRegistry peers;
    private final HandshakeReceiver handshakes;
    private final LocalRefusals refusals;
    private final ControlCommands commands;
    private final NetworkNews news;

    /** When the agent would be here again at the latest, or {@link Long#MAX_VALUE}. */
    private long backAt = Long.MAX_VALUE;

    private boolean running;

    /** Changes of peers under way, or null. */
    private Reconfiguration reconfiguration;

    /**
     * What a control agent works with. The identity's private key stays the caller's, who closes it
     * after the agent's end.
     *
     * @param peers gets the routes of all peers
     * @param wakeup the one that {@code port} was made with
     * @param outlet way to the socket; of this agent alone
     * @param sealer with this agent's own lane
     * @param keys makes sessions' keys, with a lane for each thread
     * @param quiescence where all agents that use sessions are registered
     * @param counters this agent's own
     * @param resolver closed by the agent
     * @param stagedPackets packets in the pools of all threads that stage
     * @param paths what finding paths takes
     */
    public record Parts(
            Clock clock,
            StaticIdentity identity,
            PeerTable peers,
            IndexTable indices,
            ControlPort port,
            Wakeup wakeup,
            Sleeper sleeper,
            BatchOutlet outlet,
            PacketSealer sealer,
            KeyFactory keys,
            RandomSource random,
            Quiescence quiescence,
            Counters.Block counters,
            ControlListener listener,
            NameResolver resolver,
            int stagedPackets,
            PathSettings paths) {}

    /**
     * @param specs the peers to begin with
     * @throws IllegalArgumentException with a line for the user: a key that is there twice, is our
     *     own, or that nothing secret can be agreed with
     */
    public ControlAgent(Parts parts, List<PeerSpec> specs) {
        clock = parts.clock();
        port = parts.port();
        refusals = new LocalRefusals(port);
        wakeup = parts.wakeup();
        sleeper = parts.sleeper();
        resolver = parts.resolver();
        commands = new ControlCommands(this, wakeup, sleeper);
        context = new ControlContext(parts, commands::post);
        peers = new PeerRegistry(context, parts.peers());
        context.paths.use(peers);
        news = new NetworkNews(parts.paths().network());
        handshakes = new HandshakeReceiver(context, port, peers);
        peers.add(specs);
    }

    /** How other threads ask for something. */
    public ControlCommands commands() {
        return commands;
    }

    @Override
    public String roleName() {
        return "taltun-control";
    }

    @Override
    public void onStart() {
        running = true;
        long now = clock.nanoTime();
        peers.all().forEach(peer -> peer.start(now));
    }

    @Override
    public int doWork() {
        long now = clock.nanoTime();
        int work = isReconfiguring() ? reconfigure(now) : commands.run(COMMANDS_PER_STEP);
        work += lookAtNetwork(now);
        work += handshakes.receive(now);
        work += takeRequests(now);
        // After the requests: a frame may be the packet that confirmed its session.
        work += takeFrames(now);
        work += takeStaged(now);
        work += takeErrors(now);
        work += takeUnsendable(now);
        work += context.wheel.advance(now, LOOKS_PER_STEP);
        work += context.graveyard.dig();
        context.outbox.flush();
        return work;
    }

    /** Another network, or a machine that was asleep and may have been carried to one. */
    private int lookAtNetwork(long now) {
        boolean away = backAt != Long.MAX_VALUE && now - backAt >= AWAY_NANOS;
        backAt = Long.MAX_VALUE;
        if (!news.isDue(now) && !away) {
            return 0;
        }
        context.paths.networkChanged(now);
        return 1;
    }

    private int takeFrames(long now) {
        int count = 0;
        ReceivedFrame frame;
        while (count < FRAMES_PER_STEP && (frame = port.pollFrame()) != null) {
            PeerController peer = peers.find(frame.peer());
            if (peer != null) {
                peer.onFrame(frame, now);
            }
            frame.release();
            count++;
        }
        return count;
    }

    private int takeStaged(long now) {
        int count = 0;
        StagedPacket packet;
        while (count < STAGED_PER_STEP && (packet = port.pollStaged()) != null) {
            PeerController peer = peers.find(packet.peer());
            if (peer == null) {
                packet.release();
                context.counters.increment(Counter.DROP_STAGED);
            } else {
                peer.onStaged(packet, now);
            }
            count++;
        }
        return count;
    }

    private int takeErrors(long now) {
        int count = 0;
        UdpError error;
        while (count < ERRORS_PER_STEP && (error = port.pollError()) != null) {
            handshakes.refused(error, now);
            if (error.isUnreachable()) {
                unreachable(error, now);
            }
            error.release();
            count++;
        }
        return count;
    }

    /** Only who saw a packet of a session can quote its index. */
    private void unreachable(UdpError error, long now) {
        MemorySegment quote = error.quote();
        if (error.quoted() < TransportData.HEADER_BYTES
                || !MessageHeader.check(quote, 0, error.quoted())
                || MessageHeader.type(quote, 0) != MessageType.TRANSPORT_DATA
                || context.paths.settings().lighthouse()
                || !unreachables.take(now)) {
            return;
        }
        Endpoint place = error.remote();
        int index = TransportData.receiver(quote, 0);
        for (PeerController peer : peers.all()) {
            if (peer.onUnreachable(place, index, now)) {
                return;
            }
        }
    }

    /** What this machine itself refuses to send is lost, and that is known at once. */
    private int takeUnsendable(long now) {
        List<Endpoint> places = refusals.take(now);
        if (places.isEmpty() || context.paths.settings().lighthouse()) {
            return 0;
        }
        for (PeerController peer : peers.all()) {
            for (Endpoint place : places) {
                peer.onUnreachable(place, PathParts.ANY_SESSION, now);
            }
        }
        return places.size();
    }

    private int takeRequests(long now) {
        int count = 0;
        Peer peer;
        while (count < REQUESTS_PER_STEP && (peer = port.pollRequest()) != null) {
            int wishes = peer.takeRequests();
            PeerController controller = peers.find(peer);
            if (controller != null) {
                controller.onRequests(wishes, now);
            }
            count++;
        }
        return count;
    }

    void onAdd(List<PeerSpec> specs) {
        peers.add(specs);
        if (running) {
            long now = clock.nanoTime();
            specs.forEach(spec -> peers.find(spec.publicKey()).start(now));
        }
    }

    void onReconfigure(
            List<PeerSpec> wanted, List<PublicKey> unwanted, CompletableFuture<Void> result) {
        reconfiguration = new Reconfiguration(peers, wanted, unwanted, running, result);
    }

    /** Whether commands have to wait until peers have been changed. */
    boolean isReconfiguring() {
        return reconfiguration != null;
    }

    private int reconfigure(long now) {
        if (reconfiguration.step(now)) {
            reconfiguration = null;
        }
        return 1;
    }

    void onUpdate(PeerSpec spec) {
        peers.update(spec, clock.nanoTime());
    }

    void onRemove(PublicKey key) {
        peers.remove(key);
    }

    void onChange(List<PeerChange> changes) {
        long now = clock.nanoTime();
        peers.change(changes, running ? peer -> peer.start(now) : peer -> {}, now);
    }

    void onRemoveAll() {
        peers.close();
    }

    void onIdentity(StaticIdentity next) {
        context.identity = next;
        handshakes.identityChanged();
        peers.identityChanged(clock.nanoTime());
    }

    Map<PublicKey, SecretKey> onPresharedKeys() {
        Map<PublicKey, SecretKey> keys = new HashMap<>();
        for (PeerController peer : peers.all()) {
            SecretKey key = peer.copyOfPresharedKey();
            if (key != null) {
                keys.put(peer.peer().publicKey(), key);
            }
        }
        return keys;
    }

    List<PeerStatus> onStatus() {
        long now = clock.nanoTime();
        List<PeerStatus> all = new ArrayList<>();
        peers.all().forEach(peer -> all.add(peer.status(now)));
        return List.copyOf(all);
    }

    @Override
    public void awaitWork(long maxNanos) {
        long next = Math.min(context.wheel.nextDeadline(), news.deadline());
        next = Math.min(next, refusals.deadline());
        long now = clock.nanoTime();
        long nanos = Math.min(maxNanos, next - now);
        if (!context.graveyard.isEmpty()) {
            nanos = Math.min(nanos, DIG_AGAIN_NANOS);
        }
        if (context.outbox.isAwaited()) {
            nanos = Math.min(nanos, FLUSH_AGAIN_NANOS);
        }
        if (nanos <= 0) {
            return;
        }
        wakeup.announceSleep();
        if (port.isEmpty() && commands.isEmpty()) {
            backAt = nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
            sleeper.sleep(nanos);
            clock.catchUp();
        }
        wakeup.awake();
    }

    @Override
    public void wakeUp() {
        sleeper.wakeUp();
    }

    /**
     * Wipes everything. The agents that use sessions should have ended before: what one of them is
     * using at this moment is left as it is.
     */
    @Override
    public void onClose() {
        running = false;
        if (isReconfiguring()) {
            reconfiguration.abandon(ControlCommands.stopping());
            reconfiguration = null;
        }
        commands.close();
        resolver.close();
        peers.close();
        handshakes.close();
        drainPort();
        context.graveyard.dig();
        context.outbox.close();
    }

    private void drainPort() {
        StagedPacket packet;
        while ((packet = port.pollStaged()) != null) {
            packet.release();
        }
    }
}
