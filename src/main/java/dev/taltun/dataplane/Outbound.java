package dev.taltun.dataplane;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.Pool;
import dev.taltun.ffi.Errno;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.Limits;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One queue of the TUN device, on its way out.
 *
 * <pre>
 *   doWork     take a batch; read until the device is empty or the batch full; submit the batch
 *    `- packet      whose peer, which session (both remembered from the packet before)
 *        `- Segmenter   a super-packet: one call for each packet it stands for
 *            `- accept      seal into the batch, or stage for the handshake
 * </pre>
 *
 * <p>Owns its read buffer, into whose packets headers are written but which is never copied: the
 * AEAD reads from it and writes into the batch.
 */
public final class Outbound implements Agent, SegmentSink {
    /** Room before the packet, so that headers of segments may grow: one cache line. */
    private static final int HEADROOM = 64;

    /** The largest IP packet and its offload header, and room for padding behind it. */
    private static final int READ_BYTES = VirtioNetHeader.BYTES + 65535;

    private static final int BUFFER_BYTES = HEADROOM + READ_BYTES + 64;

    /** Packets read in one step: bounds the time until a full batch of small ones leaves. */
    private static final int READS_PER_STEP = 256;

    private static final long WAIT_FOR_BATCH_NANOS = 1_000_000;

    private final String name;
    private final TunReader tun;
    private final Poller poller;
    private final Clock clock;
    private final PeerTable peers;
    private final ControlPort control;
    private final Transmitter transmitter;
    private final PacketSealer sealer;
    private final Offloads offloads;
    private final Counters.Block counters;
    private final Pool<StagedPacket> staging;
    private final Segmenter segmenter;
    private final MemorySegment buffer;

    private TxBatch batch;
    private boolean starved;
    private long now;
    private PrefixTable<Peer> routes;
    private int maxSegments;

    /** Whose packets are being handled. */
    private Peer owner;

    /** Who gets them (the owner, or whoever passes them on), and what since the last account. */
    private Peer peer;

    private Session session;
    private Endpoint endpoint;
    private boolean lastIpv4;
    private long lastHigh;
    private long lastLow;
    private boolean cached;
    private long sealedBytes;
    private int sealedPackets;

    /** Why the last packet was not taken. */
    private Counter refusal;

    /** What an outbound agent works with; all are its own but those said to be shared. */
    public record Parts(
            String name,
            TunReader tun,
            Poller poller,
            Clock clock,
            PeerTable sharedPeers,
            ControlPort sharedControl,
            Transmitter transmitter,
            Offloads sharedOffloads,
            Counters.Block counters,
            int lane,
            int mtu,
            int stagedPackets) {}

    /**
     * @param arena owner of all its memory; closed after its thread has ended
     */
    public Outbound(Arena arena, Parts parts) {
        name = parts.name();
        tun = parts.tun();
        poller = parts.poller();
        clock = parts.clock();
        peers = parts.sharedPeers();
        control = parts.sharedControl();
        transmitter = parts.transmitter();
        sealer = new PacketSealer(parts.lane(), parts.mtu());
        offloads = parts.sharedOffloads();
        counters = parts.counters();
        int staged = parts.mtu() + Limits.PADDING_BYTES;
        staging =
                new Pool<>(
                        parts.stagedPackets(),
                        () -> new StagedPacket(arena, staged),
                        StagedPacket::setHome);
        segmenter = new Segmenter(arena);
        buffer = arena.allocate(BUFFER_BYTES, 64);
    }

    @Override
    public String roleName() {
        return name;
    }

    @Override
    public int doWork() {
        batch = transmitter.take();
        starved = batch == null;
        if (starved) {
            return 0;
        }
        now = clock.nanoTime();
        routes = peers.routes();
        maxSegments = offloads.maxSegments();
        int reads = 0;
        while (reads < READS_PER_STEP && batch != null && !batch.isFull()) {
            int length = tun.read(buffer, HEADROOM, READ_BYTES);
            if (length <= 0) {
                if (length < 0 && length != -Errno.EAGAIN && length != -Errno.EINTR) {
                    fail(-length);
                }
                break;
            }
            reads++;
            packet(length - VirtioNetHeader.BYTES);
        }
        account();
        forgetPeer();
        if (batch != null) {
            transmitter.submit(batch);
            batch = null;
        }
        counters.add(Counter.TUN_READS, reads);
        return reads;
    }

    private void fail(int errno) {
        // Nothing can be read from it ever again.
        throw new IllegalStateException(
                errno == Errno.EBADFD
                        ? "the interface was deleted; start again"
                        : "reading from the TUN device: " + Errno.words(errno));
    }

    private void packet(int length) {
        long packet = HEADROOM + VirtioNetHeader.BYTES;
        if (length < 1) {
            counters.increment(Counter.DROP_NOT_IP);
        } else if (!route(packet, length)) {
            return;
        } else if (VirtioNetHeader.gsoType(buffer, HEADROOM) != VirtioNetHeader.GSO_NONE) {
            int taken = segmenter.segment(buffer, HEADROOM, packet, length, this);
            if (taken < 0) {
                counters.increment(Counter.DROP_BAD_OFFLOAD);
            } else if (taken < segmenter.segments()) {
                counters.add(refusal, segmenter.segments() - taken);
            }
        } else if (!Segmenter.completeChecksum(buffer, HEADROOM, packet, length)) {
            counters.increment(Counter.DROP_BAD_OFFLOAD);
        } else if (!accept(buffer, packet, length)) {
            counters.increment(refusal);
        }
    }

    /** Finds the peer by destination, if there is one; false when the packet is dropped. */
    private boolean route(long packet, int length) {
        boolean ipv4 = IpPacket.version(buffer, packet) == IpPacket.VERSION_4;
        long high = 0;
        long low;
        if (ipv4 && length >= Ipv4Header.BYTES_MIN) {
            low = Ipv4Header.destination(buffer, packet);
        } else if (IpPacket.version(buffer, packet) == IpPacket.VERSION_6
                && length >= Ipv6Header.BYTES) {
            high = Ipv6Header.destinationHigh(buffer, packet);
            low = Ipv6Header.destinationLow(buffer, packet);
        } else {
            counters.increment(Counter.DROP_NOT_IP);
            return false;
        }
        if (!cached || low != lastLow || high != lastHigh || ipv4 != lastIpv4) {
            Peer found = ipv4 ? routes.lookup4((int) low) : routes.lookup6(high, low);
            lastIpv4 = ipv4;
            lastHigh = high;
            lastLow = low;
            cached = true;
            if (found != owner) {
                account();
                usePeer(found);
            }
        }
        return true;
    }

    private void usePeer(Peer found) {
        owner = found;
        peer = null;
        session = null;
        endpoint = null;
        if (found == null) {
            return;
        }
        Peer next = found.carrier(now);
        peer = next;
        if (next != found && found.noteRelayed(now)) {
            control.request(found, Peer.RELAYED);
        }
        endpoint = next.endpoint();
        Session current = next.session();
        if (current == null || current.isExpired(now)) {
            control.request(next, Peer.WANT_HANDSHAKE);
            return;
        }
        session = current;
        if (current.wantsRekeyByCount()
                || (current.initiator()
                        && current.isOlderThan(Limits.REKEY_AFTER_TIME_NANOS, now))) {
            control.request(next, Peer.WANT_HANDSHAKE);
        }
    }

    private void forgetPeer() {
        owner = null;
        peer = null;
        session = null;
        endpoint = null;
        routes = null;
        cached = false;
    }

    /** Takes one complete IP packet of {@link #peer}; says why not in {@link #refusal}. */
    @Override
    public boolean accept(MemorySegment memory, long offset, int length) {
        if (session == null) {
            return stage(memory, offset, length);
        }
        if (endpoint == null) {
            return refuse(Counter.DROP_NO_ENDPOINT);
        }
        if (!batch.hasRoom(sealer.sealedLength(length)) && !nextBatch()) {
            return refuse(Counter.DROP_NO_BATCH);
        }
        int bytes = sealer.seal(session, memory, offset, length, batch, endpoint, maxSegments);
        if (bytes == 0) {
            return refuse(Counter.DROP_NO_SESSION);
        }
        sealedBytes += bytes;
        sealedPackets++;
        return true;
    }

    private boolean refuse(Counter reason) {
        refusal = reason;
        return false;
    }

    private boolean nextBatch() {
        transmitter.submit(batch);
        batch = transmitter.take();
        return batch != null;
    }

    private boolean stage(MemorySegment memory, long offset, int length) {
        if (peer == null) {
            return refuse(Counter.DROP_NO_PEER);
        }
        StagedPacket packet = staging.take();
        if (packet == null) {
            return refuse(Counter.DROP_NO_SESSION);
        }
        if (!packet.fill(peer, memory, offset, length) || !control.stage(packet)) {
            packet.wipe();
            staging.putBack(packet);
            return refuse(Counter.DROP_NO_SESSION);
        }
        return true;
    }

    /** Credits what was sealed to its peer, before another peer's packet or at the end. */
    private void account() {
        if (sealedPackets == 0) {
            return;
        }
        counters.add(Counter.PACKETS_SEALED, sealedPackets);
        if (peer.noteDataSent(now, sealedBytes, sealedPackets)) {
            control.request(peer, Peer.TIMERS_STARTED);
        }
        sealedBytes = 0;
        sealedPackets = 0;
    }

    @Override
    public void awaitWork(long maxNanos) {
        if (starved) {
            poller.awaitWakeUp(Math.min(maxNanos, WAIT_FOR_BATCH_NANOS));
        } else {
            poller.awaitReadable(maxNanos);
        }
    }

    @Override
    public void wakeUp() {
        poller.wakeUp();
    }
}
