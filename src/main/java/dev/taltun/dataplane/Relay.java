package dev.taltun.dataplane;

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
 *        `- PacketSender   seal into the batch, or stage for the handshake
 *   endMessage    a batch that is full leaves: a run that came as one leaves as one
 *   flush         what is left leaves
 * </pre>
 *
 * <p>A packet is opened where it was received and sealed from there into the batch: each pass of
 * the cipher moves it once, nothing else does. Works for the receiver's thread and in its AEAD
 * lane.
 */
public final class Relay {
    private static final PacketSender.Refusals REFUSALS =
            new PacketSender.Refusals(
                    Counter.DROP_RELAY_NO_ENDPOINT,
                    Counter.DROP_RELAY_NO_BATCH,
                    Counter.DROP_RELAY_NO_SESSION);

    private final Destinations destinations;
    private final IcmpErrors errors;
    private final PacketSender sender;
    private final Recipient recipient;
    private final Counters.Block counters;
    private final int mtu;

    private long now;
    private int relayed;

    /**
     * @param arena owner of all its memory; closed after its thread has ended
     * @param sending the receiver's counters and lane, and the transmitter of its socket; packets
     *     that are larger than its MTU are not passed on
     */
    public Relay(Arena arena, Forwarding sharedForwarding, PacketSender.Parts sending) {
        destinations = new Destinations(sharedForwarding);
        errors = new IcmpErrors(arena, sharedForwarding);
        sender = new PacketSender(arena, sending, REFUSALS);
        recipient = sender.recipient();
        counters = sending.counters();
        mtu = sending.mtu();
    }

    /** A step begins. */
    void begin(PrefixTable<Peer> routes, long nanoTime) {
        destinations.use(routes);
        now = nanoTime;
        sender.begin(nanoTime);
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
        sender.turnTo(destinations.peer());
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
        if (length > mtu || !sender.takesPartialChecksums()) {
            PartialChecksum.complete(memory, packet, length);
        }
        boolean taken;
        if (length > mtu) {
            counters.increment(Counter.PACKETS_FRAGMENTED);
            taken = Fragmenter.fragment(memory, packet, length, mtu, sender);
        } else {
            taken = sender.accept(memory, packet, length);
        }
        if (taken) {
            relayed++;
        } else {
            counters.increment(sender.refusal());
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
        boolean may = error == IcmpError.TOO_BIG ? from.mayNotifyTooBig(now) : from.mayNotify(now);
        if (!may) {
            counters.increment(Counter.ICMP_ERRORS_LIMITED);
            return;
        }
        sender.turnTo(from);
        if (recipient.session() != null && sender.accept(errors.message(), 0, bytes)) {
            counters.increment(Counter.ICMP_ERRORS_SENT);
        }
    }

    /** A message, which may have held a run of packets, is done. */
    void endMessage() {
        sender.submitIfFull();
    }

    /** The step ends: sends what is left, and accounts for all that was sent. */
    void flush() {
        sender.end();
        destinations.forget();
        if (relayed > 0) {
            counters.add(Counter.PACKETS_RELAYED, relayed);
            relayed = 0;
        }
    }
}
