package dev.taltun.dataplane;

import dev.taltun.agent.Pool;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The router of one receiver: takes the inner packets that are not for this node, and passes those
 * for other peers on, sealed again, without TUN, kernel or filter in between.
 *
 * <pre>
 *   take          Destinations: TUN, another peer, or dropped
 *    `- forward      time to live, session, size
 *        `- accept      seal into the batch, or stage for the handshake
 *   endMessage    a batch that is full leaves: a run that came as one leaves as one
 *   flush         what is left leaves
 * </pre>
 *
 * <p>A packet is opened where it was received and sealed from there into the batch: each pass of
 * the cipher moves it once, nothing else does. Works for the receiver's thread and in its AEAD
 * lane; owns its batch and what it stages.
 */
public final class Relay implements SegmentSink {
    private final Destinations destinations;
    private final IcmpErrors errors;
    private final Recipient recipient;
    private final ControlPort control;
    private final Transmitter transmitter;
    private final PacketSealer sealer;
    private final Offloads offloads;
    private final Counters.Block counters;
    private final Pool<StagedPacket> staging;
    private final int mtu;

    private TxBatch batch;
    private long now;
    private int maxSegments;
    private int relayed;

    /** Why the last packet was not taken. */
    private Counter refusal;

    /**
     * What a relay works with; all are its own but those said to be shared.
     *
     * @param transmitter of the receiver's socket
     * @param counters the receiver's
     * @param lane the receiver's
     * @param mtu of the interface: larger packets are not passed on
     * @param stagedPackets that may wait for handshakes, over all peers
     */
    public record Parts(
            Forwarding sharedForwarding,
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
    public Relay(Arena arena, Parts parts) {
        destinations = new Destinations(parts.sharedForwarding());
        errors = new IcmpErrors(arena, parts.sharedForwarding());
        control = parts.sharedControl();
        transmitter = parts.transmitter();
        sealer = new PacketSealer(parts.lane(), parts.mtu());
        offloads = parts.sharedOffloads();
        counters = parts.counters();
        recipient = new Recipient(control, counters);
        mtu = parts.mtu();
        // The packet, its padding, and the room that StagedPacket wants behind it.
        int staged = mtu + 16;
        staging =
                new Pool<>(
                        parts.stagedPackets(),
                        () -> new StagedPacket(arena, staged),
                        StagedPacket::setHome);
    }

    /** A step begins. */
    void begin(PrefixTable<Peer> routes, long nanoTime) {
        destinations.use(routes);
        now = nanoTime;
        maxSegments = offloads.maxSegments();
    }

    /**
     * Takes an inner packet, whose headers and source were checked, unless it is for TUN.
     *
     * @param memory holds the packet, which is changed, and 16 writable bytes behind it
     * @return false when it is for TUN; else it was dealt with
     */
    boolean take(Peer from, MemorySegment memory, long packet, int length) {
        Destinations.Fate fate = destinations.find(from, memory, packet);
        switch (fate) {
            case PEER -> forward(from, memory, packet, length);
            case TUN -> {
                return false;
            }
            case GROUP -> {
                counters.increment(Counter.PACKETS_TO_GROUPS);
                return false;
            }
            default -> {
                counters.increment(fate.counter);
                if (fate.error != null) {
                    answer(from, fate.error, memory, packet, length, 0);
                }
            }
        }
        return true;
    }

    private void forward(Peer from, MemorySegment memory, long packet, int length) {
        if (TimeToLive.of(memory, packet) <= 1) {
            counters.increment(Counter.DROP_RELAY_TTL);
            answer(from, IcmpError.TIME_EXCEEDED, memory, packet, length, 0);
            return;
        }
        recipient.turnTo(destinations.peer(), now);
        if (recipient.peer() == from) {
            counters.increment(Counter.DROP_RELAY_BACK);
            return;
        }
        if (recipient.endpoint() == null && !recipient.peer().isSought()) {
            counters.increment(Counter.DROP_RELAY_NO_ENDPOINT);
            answer(from, IcmpError.HOST_UNREACHABLE, memory, packet, length, 0);
            return;
        }
        if (length > mtu && !mayBeFragmented(memory, packet)) {
            counters.increment(Counter.DROP_RELAY_TOO_BIG);
            answer(from, IcmpError.TOO_BIG, memory, packet, length, mtu);
            return;
        }
        TimeToLive.decrement(memory, packet);
        boolean taken;
        if (length > mtu) {
            counters.increment(Counter.PACKETS_FRAGMENTED);
            taken = Fragmenter.fragment(memory, packet, length, mtu, this);
        } else {
            taken = accept(memory, packet, length);
        }
        if (taken) {
            relayed++;
        } else {
            counters.increment(refusal);
        }
    }

    private static boolean mayBeFragmented(MemorySegment memory, long packet) {
        return IpPacket.version(memory, packet) == IpPacket.VERSION_4
                && (Ipv4Header.fragmentField(memory, packet) & Ipv4Header.DONT_FRAGMENT) == 0;
    }

    /** Tells the sender of a packet why it was not passed on, if that is allowed. */
    private void answer(
            Peer from, IcmpError error, MemorySegment memory, long packet, int length, int way) {
        int bytes = errors.write(error, memory, packet, length, way);
        if (bytes == 0) {
            return;
        }
        if (!from.mayNotify(now)) {
            counters.increment(Counter.ICMP_ERRORS_LIMITED);
            return;
        }
        recipient.turnTo(from, now);
        if (recipient.session() != null && accept(errors.message(), 0, bytes)) {
            counters.increment(Counter.ICMP_ERRORS_SENT);
        }
    }

    /** Takes one packet for the recipient; says why not in {@link #refusal}. */
    @Override
    public boolean accept(MemorySegment memory, long offset, int length) {
        if (recipient.session() == null) {
            return stage(memory, offset, length);
        }
        if (recipient.endpoint() == null) {
            return refuse(Counter.DROP_RELAY_NO_ENDPOINT);
        }
        if (!hasRoom(sealer.sealedLength(length))) {
            return refuse(Counter.DROP_RELAY_NO_BATCH);
        }
        int bytes =
                sealer.seal(
                        recipient.session(),
                        memory,
                        offset,
                        length,
                        batch,
                        recipient.endpoint(),
                        maxSegments);
        if (bytes == 0) {
            return refuse(Counter.DROP_RELAY_NO_SESSION);
        }
        recipient.sealed(bytes);
        return true;
    }

    private boolean refuse(Counter reason) {
        refusal = reason;
        return false;
    }

    private boolean hasRoom(int bytes) {
        if (batch != null && !batch.hasRoom(bytes)) {
            submit();
        }
        if (batch == null) {
            batch = transmitter.take();
        }
        return batch != null;
    }

    private boolean stage(MemorySegment memory, long offset, int length) {
        StagedPacket packet = staging.take();
        if (packet == null) {
            return refuse(Counter.DROP_RELAY_NO_SESSION);
        }
        if (!packet.fill(recipient.peer(), memory, offset, length) || !control.stage(packet)) {
            packet.wipe();
            staging.putBack(packet);
            return refuse(Counter.DROP_RELAY_NO_SESSION);
        }
        return true;
    }

    /** A message, which may have held a run of packets, is done. */
    void endMessage() {
        if (batch != null && batch.isFull()) {
            submit();
        }
    }

    /** The step ends: sends what is left, and accounts for all that was sent. */
    void flush() {
        recipient.account(now);
        recipient.forget();
        destinations.forget();
        if (batch != null) {
            submit();
        }
        if (relayed > 0) {
            counters.add(Counter.PACKETS_RELAYED, relayed);
            relayed = 0;
        }
    }

    private void submit() {
        transmitter.submit(batch);
        batch = null;
    }
}
