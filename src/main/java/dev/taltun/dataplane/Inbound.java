package dev.taltun.dataplane;

import dev.taltun.agent.Agent;
import dev.taltun.agent.Clock;
import dev.taltun.agent.IdleStrategy;
import dev.taltun.agent.Pool;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.UdpError;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.noise.Session;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.Peer;
import dev.taltun.peer.PeerTable;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import dev.taltun.protocol.TransportData;
import dev.taltun.routing.PrefixTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One UDP socket, on its way in.
 *
 * <pre>
 *   doWork     receive up to 64 messages; write what was coalesced
 *    `- message     a run of datagrams from one source
 *        `- datagram     by type: data here, handshake messages to their gate
 *            `- data          session by index; open in place; replay; endpoint; source
 *                `- Relay | Coalescer    to another peer, or to TUN
 * </pre>
 *
 * <p>Owns its receive batch; packets are opened in it and stay there until they are written.
 */
public final class Inbound implements Agent {
    private static final long LAST_MINUTE_NANOS =
            Limits.REJECT_AFTER_TIME_NANOS
                    - Limits.KEEPALIVE_TIMEOUT_NANOS
                    - Limits.REKEY_TIMEOUT_NANOS;

    /**
     * Control frames of one receiver that may wait for the control agent: 512 x 256 bytes. At 5,000
     * registrations a second it may be kept from its CPU for 100 ms.
     */
    private static final int FRAMES = 512;

    /** ICMP errors of one receiver that may wait for the control agent; more are dropped. */
    private static final int ERRORS = 16;

    /** ICMP errors taken in one step: each takes a system call. */
    private static final int ERRORS_PER_STEP = 32;

    private final String name;
    private final UdpReceiver udp;
    private final RxBatch batch;
    private final Poller poller;
    private final Clock clock;
    private final IndexTable indices;
    private final PeerTable peers;
    private final ControlPort control;
    private final Counters.Block counters;
    private final Coalescer coalescer;
    private final Relay relay;
    private final HandshakeGate handshakes;
    private final Pool<ReceivedFrame> frames;
    private final Pool<UdpError> errors;

    /** Takes what nobody has room for. */
    private final UdpError surplus;

    private final MemorySegment slab;
    private final int lane;

    private final ReceiveFailures failures = new ReceiveFailures();

    /** Messages that ended the sleep, or {@code -errno}. */
    private int awaited;

    private long now;
    private PrefixTable<Peer> routes;
    private IndexTable.Entry entry;

    /** Whose source addresses were found last. */
    private boolean lastIpv4;

    private long lastHigh;
    private long lastLow;
    private Peer lastOwner;

    /** Whose datagrams are being handled, and what was opened since the last account. */
    private Peer peer;

    private long openedBytes;
    private int dataPackets;

    /** Those need no acknowledgment: who sends one waits for its answer, or for none. */
    private int controlFrames;

    private int keepalives;
    private int delivered;
    private boolean lastMinute;

    /**
     * What an inbound agent works with; all are its own but those said to be shared.
     *
     * @param relay decides what is for TUN; null when everything is
     */
    public record Parts(
            String name,
            UdpReceiver udp,
            RxBatch batch,
            TunWriter tun,
            Poller poller,
            Clock clock,
            IndexTable sharedIndices,
            PeerTable sharedPeers,
            ControlPort sharedControl,
            Offloads sharedOffloads,
            Counters.Block counters,
            int lane,
            Relay relay) {}

    /**
     * @param arena owner of all its memory; closed after its thread has ended
     */
    public Inbound(Arena arena, Parts parts) {
        name = parts.name();
        udp = parts.udp();
        batch = parts.batch();
        poller = parts.poller();
        clock = parts.clock();
        indices = parts.sharedIndices();
        peers = parts.sharedPeers();
        control = parts.sharedControl();
        counters = parts.counters();
        lane = parts.lane();
        relay = parts.relay();
        slab = batch.slab();
        coalescer = new Coalescer(arena, parts.tun(), parts.sharedOffloads(), counters);
        handshakes = new HandshakeGate(arena, control, indices, counters);
        frames = new Pool<>(FRAMES, () -> new ReceivedFrame(arena), ReceivedFrame::setHome);
        errors = new Pool<>(ERRORS, () -> new UdpError(arena), UdpError::setHome);
        surplus = new UdpError(arena);
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
        if (udp.hasErrors()) {
            takeErrors();
        }
        boolean alone = awaited == 1;
        int messages = awaited == 0 ? udp.receive(batch) : awaited;
        awaited = 0;
        if (messages < 0) {
            return failed(-messages);
        }
        failures.end();
        if (messages == 0) {
            return 0;
        }
        now = clock.nanoTime();
        routes = peers.routes();
        handshakes.begin(now);
        if (relay != null) {
            relay.begin(routes, now);
        }
        for (int i = 0; i < messages; i++) {
            message(i);
        }
        if (relay != null) {
            relay.flush();
        }
        coalescer.flush();
        coalescer.account();
        account();
        peer = null;
        lastOwner = null;
        entry = null;
        routes = null;
        counters.add(Counter.UDP_MESSAGES_RECEIVED, messages);
        if (alone && batch.length(0) <= batch.segmentSize(0)) {
            // Likely the only one: to sleep in the next receive at once is to look, too.
            coalescer.rest();
            return 0;
        }
        coalescer.endStep();
        return messages;
    }

    private int failed(int errno) {
        counters.increment(Counter.UDP_RECEIVE_ERRORS);
        failures.failed(errno);
        return failures.areToPause() ? 0 : 1;
    }

    /** What the network says about datagrams sent earlier; whose they were, control finds out. */
    private void takeErrors() {
        for (int i = 0; i < ERRORS_PER_STEP; i++) {
            UdpError error = errors.take();
            boolean found = udp.nextError(error == null ? surplus : error);
            if (found) {
                counters.increment(Counter.UDP_ICMP_ERRORS);
            }
            if (error != null && !(found && control.error(error))) {
                errors.putBack(error);
            }
            if (!found) {
                return;
            }
        }
    }

    private void message(int i) {
        if (batch.truncated(i)) {
            counters.increment(Counter.DROP_TRUNCATED);
            return;
        }
        long offset = batch.offset(i);
        int left = batch.length(i);
        int size = batch.segmentSize(i);
        // At least once: an empty datagram is to be counted, too.
        do {
            int length = Math.min(left, size);
            datagram(i, offset, length);
            offset += length;
            left -= length;
        } while (left > 0);
        if (relay != null) {
            relay.endMessage();
        }
    }

    private void datagram(int i, long offset, int length) {
        if (!MessageHeader.check(slab, offset, length)) {
            counters.increment(
                    length < MessageHeader.BYTES
                            ? Counter.DROP_TOO_SHORT
                            : Counter.DROP_UNKNOWN_TYPE);
            return;
        }
        int type = MessageHeader.type(slab, offset);
        if (!MessageType.checkLength(type, length)) {
            boolean known =
                    type >= MessageType.HANDSHAKE_INITIATION && type <= MessageType.TRANSPORT_DATA;
            counters.increment(known ? Counter.DROP_TOO_SHORT : Counter.DROP_UNKNOWN_TYPE);
        } else if (type == MessageType.TRANSPORT_DATA) {
            data(i, offset, length);
        } else {
            handshakes.pass(type, batch, i, offset, length);
        }
    }

    private void data(int i, long offset, int length) {
        int index = TransportData.receiver(slab, offset);
        if (entry == null || entry.index() != index) {
            IndexTable.Entry found = indices.lookup(index);
            if (found == null || found.session() == null) {
                counters.increment(Counter.DROP_UNKNOWN_INDEX);
                return;
            }
            entry = found;
        }
        Session session = entry.session();
        long counter = TransportData.counter(slab, offset);
        if (session.isExpired(now)
                || Long.compareUnsigned(counter, Limits.REJECT_AFTER_MESSAGES) >= 0) {
            counters.increment(Counter.DROP_EXPIRED);
            return;
        }
        long packet = offset + TransportData.HEADER_BYTES;
        int sealed = length - TransportData.HEADER_BYTES;
        if (MessageHeader.suite(slab, offset) != session.suite().id()
                || !session.receiveKey().open(lane, counter, slab, packet, slab, packet, sealed)) {
            counters.increment(Counter.DROP_NOT_AUTHENTIC);
            return;
        }
        if (!session.replay().accept(counter)) {
            counters.increment(Counter.DROP_REPLAYED);
            return;
        }
        authenticated(i, session);
        int plain = sealed - Limits.TAG_BYTES;
        openedBytes += length;
        if (plain == 0) {
            keepalives++;
        } else {
            inner(i, packet, plain);
        }
    }

    /** What every authenticated datagram does for its peer, whatever it holds. */
    private void authenticated(int i, Session session) {
        Peer owner = entry.peer();
        if (owner != peer) {
            account();
            peer = owner;
            coalescer.turn();
        }
        boolean confirmed = session.confirm();
        if (!batch.cameFrom(i, owner.endpoint())) {
            moved(i, owner, owner.endpoint(), confirmed);
        }
        if (confirmed) {
            control.request(owner, Peer.SESSION_CONFIRMED);
        }
        lastMinute |= session.initiator() && session.isOlderThan(LAST_MINUTE_NANOS, now);
    }

    /** The peer roams, unless it is known to be elsewhere, too, by a better way. */
    private void moved(int i, Peer owner, Endpoint before, boolean anew) {
        if (anew || before == null || !owner.isSettled() || batch.isOf(i, before)) {
            owner.setEndpoint(batch.source(i));
        } else if (owner.noteElsewhere(now)) {
            control.request(owner, Peer.ELSEWHERE);
        }
    }

    private void inner(int i, long packet, int plain) {
        int length = IpPacket.checkedLength(slab, packet, plain);
        if (length < 0 && ControlFrame.isControl(slab, packet, plain)) {
            controlFrames++;
            frame(packet, plain);
            return;
        }
        dataPackets++;
        if (length < 0) {
            counters.increment(Counter.DROP_INNER_NOT_IP);
            return;
        }
        boolean congested = batch.ecn(i) == Ecn.CONGESTED;
        // What continues a flow of the same peer in the same step has the source and destination
        // that were found right.
        if (!congested && coalescer.continues(slab, packet, length)) {
            delivered++;
            return;
        }
        if (!sourceIsPeers(packet)) {
            counters.increment(Counter.DROP_WRONG_SOURCE);
            return;
        }
        if (congested && !Ecn.markCongested(slab, packet)) {
            counters.increment(Counter.DROP_CONGESTED);
            return;
        }
        delivered++;
        if (relay == null || !relay.take(peer, slab, packet, length)) {
            coalescer.add(slab, packet, length);
        }
    }

    private void frame(long offset, int plain) {
        if (!ControlFrame.check(slab, offset, plain)) {
            counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
            return;
        }
        counters.increment(Counter.CONTROL_FRAMES_RECEIVED);
        int length = ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(slab, offset);
        // Else one peer could keep those of all others from being heard.
        boolean allowed = isAllowed(ControlFrame.type(slab, offset));
        ReceivedFrame frame = allowed ? frames.take() : null;
        if (frame == null) {
            counters.increment(Counter.CONTROL_FRAMES_DROPPED);
            return;
        }
        frame.fill(slab, offset, length, peer, entry.session());
        if (!control.frame(frame)) {
            counters.increment(Counter.CONTROL_FRAMES_DROPPED);
            frame.release();
        }
    }

    private boolean isAllowed(int frameType) {
        return switch (frameType) {
            case ControlFrame.TYPE_REGISTER -> peer.mayRegister(now);
            case ControlFrame.TYPE_QUERY -> peer.mayAsk(now);
            default -> peer.maySignal(now);
        };
    }

    private boolean sourceIsPeers(long packet) {
        boolean ipv4 = IpPacket.version(slab, packet) == IpPacket.VERSION_4;
        long high = ipv4 ? 0 : Ipv6Header.sourceHigh(slab, packet);
        long low =
                ipv4
                        ? Ipv4Header.source(slab, packet)
                        : slab.get(Layouts.BE_LONG, packet + Ipv6Header.SOURCE_OFFSET + 8);
        if (lastOwner == null || low != lastLow || high != lastHigh || ipv4 != lastIpv4) {
            lastOwner = ipv4 ? routes.lookup4((int) low) : routes.lookup6(high, low);
            lastIpv4 = ipv4;
            lastHigh = high;
            lastLow = low;
        }
        return lastOwner == peer || cameThrough();
    }

    /** Whether the packet is of a peer whose packets may come through the one that sent it. */
    private boolean cameThrough() {
        Peer owner = lastOwner;
        if (owner == null || !owner.mayComeThrough(peer)) {
            return false;
        }
        owner.noteCameThrough(peer);
        if (owner.noteRelayed(now)) {
            control.request(owner, Peer.RELAYED);
        }
        return true;
    }

    /** Credits what was opened to its peer, before another peer's datagram or at the end. */
    private void account() {
        int datagrams = dataPackets + controlFrames + keepalives;
        if (datagrams == 0) {
            return;
        }
        if (dataPackets == 0) {
            peer.noteReceived(now, openedBytes, datagrams);
        } else if (peer.noteDataReceived(now, openedBytes, datagrams)) {
            control.request(peer, Peer.TIMERS_STARTED);
        }
        if (lastMinute) {
            control.request(peer, Peer.WANT_HANDSHAKE);
            lastMinute = false;
        }
        counters.add(Counter.PACKETS_OPENED, delivered);
        counters.add(Counter.KEEPALIVES_RECEIVED, keepalives);
        openedBytes = 0;
        dataPackets = 0;
        controlFrames = 0;
        keepalives = 0;
        delivered = 0;
    }

    @Override
    public void awaitWork(long maxNanos) {
        if (failures.any()) {
            // The socket counts as readable as long as it has an error.
            poller.awaitWakeUp(Math.min(maxNanos, ReceiveFailures.PAUSE_NANOS));
            return;
        }
        if (udp.canAwait()) {
            receiveWaiting(maxNanos);
            return;
        }
        poller.awaitReadable(maxNanos);
        if (poller.descriptorFailed()) {
            udp.expectErrors();
        }
    }

    /** Unless there is something to do. */
    private void receiveWaiting(long maxNanos) {
        if (awaited != 0 || udp.hasErrors()) {
            return;
        }
        try {
            if (poller.enterCall()) {
                awaited = maxNanos == 0 ? udp.receive(batch) : udp.await(batch);
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
