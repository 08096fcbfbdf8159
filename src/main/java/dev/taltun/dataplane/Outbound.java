package dev.taltun.dataplane;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.IdleStrategy;
import dev.taltun.ffi.Errno;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One queue of the TUN device, on its way out.
 *
 * <pre>
 *   doWork     take a batch; read until the device is empty or the batch full; submit the batch
 *    `- packet      whose it is (remembered from the packet before)
 *        `- Segmenter   a super-packet: one call for each packet it stands for
 *            `- PacketSender    seal into the batch, or stage for the handshake
 * </pre>
 *
 * <p>Owns its read buffer, into whose packets headers are written but which is never copied: the
 * AEAD reads from it and writes into the batch.
 */
public final class Outbound implements Agent {
    /** Room before the packet, so that headers of segments may grow: one cache line. */
    private static final int HEADROOM = 64;

    /** The largest IP packet and its offload header, and room for padding behind it. */
    private static final int READ_BYTES = VirtioNetHeader.BYTES + 65535;

    private static final int BUFFER_BYTES = HEADROOM + READ_BYTES + 64;

    /** Packets read in one step: bounds the time until a full batch of small ones leaves. */
    private static final int READS_PER_STEP = 256;

    private static final PacketSender.Refusals REFUSALS =
            new PacketSender.Refusals(
                    Counter.DROP_NO_ENDPOINT, Counter.DROP_NO_BATCH, Counter.DROP_NO_SESSION);

    private final String name;
    private final TunReader tun;
    private final Poller poller;
    private final Clock clock;
    private final PeerTable peers;
    private final PacketSender sender;
    private final Counters.Block counters;
    private final Segmenter segmenter;
    private final MemorySegment buffer;
    private final Courtesy courtesy = new Courtesy();

    /** Length of the packet that ended the sleep, or {@code -errno}; it is in the buffer. */
    private int awaited;

    private boolean starved;
    private PrefixTable<Peer> routes;

    /** Where the packet before went to, if there was one in this step. */
    private boolean cached;

    private boolean lastIpv4;
    private long lastHigh;
    private long lastLow;

    /**
     * What an outbound agent works with; all are its own but those said to be shared.
     *
     * @param poller of the reader's queue
     */
    public record Parts(
            String name,
            TunReader tun,
            Poller poller,
            Clock clock,
            PeerTable sharedPeers,
            PacketSender.Parts sending) {}

    /**
     * @param arena owner of all its memory; closed after its thread has ended
     */
    public Outbound(Arena arena, Parts parts) {
        name = parts.name();
        tun = parts.tun();
        poller = parts.poller();
        clock = parts.clock();
        peers = parts.sharedPeers();
        sender = new PacketSender(arena, parts.sending(), REFUSALS);
        sender.onBatchBack(this::wakeUp);
        counters = parts.sending().counters();
        segmenter = new Segmenter(arena);
        buffer = arena.allocate(BUFFER_BYTES, 64);
    }

    @Override
    public String roleName() {
        return name;
    }

    @Override
    public IdleStrategy idleStrategy() {
        return IdleStrategy.polling(clock);
    }

    @Override
    public int doWork() {
        starved = !sender.takeBatch();
        if (starved) {
            return 0;
        }
        sender.begin(clock.nanoTime());
        routes = peers.routes();
        int reads = 0;
        int most = READS_PER_STEP;
        while (reads < most && sender.takesMore()) {
            int length = awaited;
            if (length == 0) {
                length = tun.read(buffer, HEADROOM, READ_BYTES);
            } else {
                awaited = 0;
                most = isSingle(length) ? 1 : most;
            }
            if (length <= 0) {
                if (length < 0 && length != -Errno.EAGAIN && length != -Errno.EINTR) {
                    fail(-length);
                }
                break;
            }
            reads++;
            packet(length - VirtioNetHeader.BYTES);
        }
        sender.end();
        routes = null;
        cached = false;
        counters.add(Counter.TUN_READS, reads);
        if (most == 1) {
            // Likely the only one: to sleep in the next read at once is to look, too.
            courtesy.rest();
            return 0;
        }
        courtesy.endStep();
        return reads;
    }

    /** A packet by itself that came after silence leaves before others are looked for. */
    private boolean isSingle(int length) {
        return length > 0 && VirtioNetHeader.gsoType(buffer, HEADROOM) == VirtioNetHeader.GSO_NONE;
    }

    private void fail(int errno) {
        // Nothing can be read from it ever again. Whoever sleeps in the read gets the second.
        throw new IllegalStateException(
                errno == Errno.EBADFD || errno == Errno.EFAULT
                        ? "the interface was deleted; start again"
                        : "reading from the TUN device: " + Errno.words(errno));
    }

    private void packet(int length) {
        long packet = HEADROOM + VirtioNetHeader.BYTES;
        if (!route(packet, length)) {
            return;
        }
        boolean tcp = isTcp(packet);
        courtesy.passed(tcp ? 0 : 1);
        if (VirtioNetHeader.gsoType(buffer, HEADROOM) != VirtioNetHeader.GSO_NONE) {
            int taken =
                    segmenter.segment(
                            buffer,
                            HEADROOM,
                            packet,
                            length,
                            sender.takesPartialChecksums(),
                            sender);
            courtesy.passed(tcp ? 0 : Math.max(0, taken - 1));
            if (taken < 0) {
                counters.increment(Counter.DROP_BAD_OFFLOAD);
            } else if (taken < segmenter.segments()) {
                counters.add(sender.refusal(), segmenter.segments() - taken);
            }
        } else if (!mayStayPartial(packet, length)
                && !Segmenter.completeChecksum(buffer, HEADROOM, packet, length)) {
            counters.increment(Counter.DROP_BAD_OFFLOAD);
        } else if (!sender.accept(buffer, packet, length)) {
            counters.increment(sender.refusal());
        }
    }

    /** As far as its first header tells; of a packet that was routed. */
    private boolean isTcp(long packet) {
        int protocol =
                lastIpv4
                        ? Ipv4Header.protocol(buffer, packet)
                        : Ipv6Header.nextHeader(buffer, packet);
        return protocol == IpPacket.PROTOCOL_TCP;
    }

    /** Whether a packet's checksum is partial, and may be so: not one of a packet in a packet. */
    private boolean mayStayPartial(long packet, int length) {
        if (!sender.takesPartialChecksums()
                || (VirtioNetHeader.flags(buffer, HEADROOM) & VirtioNetHeader.NEEDS_CSUM) == 0) {
            return false;
        }
        int transport = PartialChecksum.transport(buffer, packet, length);
        return transport != 0 && VirtioNetHeader.csumStart(buffer, HEADROOM) == transport;
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
            lastIpv4 = ipv4;
            lastHigh = high;
            lastLow = low;
            cached = true;
            sender.turnTo(ipv4 ? routes.lookup4((int) low) : routes.lookup6(high, low));
        }
        return true;
    }

    @Override
    public void awaitWork(long maxNanos) {
        if (starved) {
            if (sender.announceWait()) {
                poller.awaitWakeUp(maxNanos);
            }
            sender.endWait();
        } else if (tun.canAwait()) {
            readWaiting(maxNanos);
        } else {
            poller.awaitReadable(maxNanos);
        }
    }

    /** Unless there is a packet already. */
    private void readWaiting(long maxNanos) {
        if (awaited != 0) {
            return;
        }
        try {
            if (poller.enterCall()) {
                awaited =
                        maxNanos == 0
                                ? tun.read(buffer, HEADROOM, READ_BYTES)
                                : tun.await(buffer, HEADROOM, READ_BYTES);
            }
        } finally {
            poller.leaveCall();
        }
    }

    @Override
    public void wakeUp() {
        poller.wakeUp();
    }
}
