package dev.taltun.dataplane;

import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import dev.taltun.protocol.IpPacket;
import dev.taltun.protocol.Ipv4Header;
import dev.taltun.protocol.Ipv6Header;
import dev.taltun.protocol.TcpHeader;
import dev.taltun.protocol.UdpHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes packets to TUN, those of one flow that follow each other as one super-packet.
 *
 * <p>A packet's memory must stay as it is until {@link #flush()}: {@link CoalescedFlow} says why.
 * Within a flow order is kept always, whatever becomes of the offloads meanwhile; packets of
 * different flows may overtake each other, as on any network. What is of no flow keeps its place
 * between its hosts.
 *
 * <p>Only plain TCP and UDP is put together: no IP options, extension headers or fragments; TCP
 * with data and no flags but ACK and PSH; not the ports of VXLAN and Geneve, whose inner packets
 * the kernel then mishandles. Everything else passes through alone. Belongs to one thread.
 */
final class Coalescer {
    /** Flows put together at a time; one more pushes out the oldest. */
    private static final int FLOWS = 16;

    private static final int VXLAN_PORT = 4789;
    private static final int VXLAN_OLD_PORT = 8472;
    private static final int GENEVE_PORT = 6081;

    private final TunWriter tun;
    private final Offloads offloads;
    private final Counters.Block counters;
    private final CoalescedFlow[] flows = new CoalescedFlow[FLOWS];
    private final PacketWriter writer;
    private int open;

    private final Courtesy courtesy = new Courtesy();

    /** The flow that took the last packet, while it may take another. */
    private CoalescedFlow recent;

    /**
     * @param arena owner of all its memory: 64 KiB for each flow
     */
    Coalescer(Arena arena, TunWriter tun, Offloads offloads, Counters.Block counters) {
        this.tun = tun;
        this.offloads = offloads;
        this.counters = counters;
        writer = new PacketWriter(this.tun, this.offloads, this.counters);
        for (int i = 0; i < FLOWS; i++) {
            flows[i] = new CoalescedFlow(arena);
        }
    }

    /**
     * Takes one IP packet if it continues the flow of the packet before, as most do: a comparison
     * of headers, and no other look at it.
     *
     * @param memory as for {@link #add}
     * @param length of the packet by its own header, checked
     */
    boolean continues(MemorySegment memory, long packet, int length) {
        CoalescedFlow flow = recent;
        if (flow == null || !flow.append(memory, packet, length)) {
            return false;
        }
        if (flow.isClosed()) {
            flushFlow(indexOf(flow));
        }
        return true;
    }

    /** Whoever sends the next packet, it is not of the flow of the packet before. */
    void turn() {
        recent = null;
    }

    private int indexOf(CoalescedFlow flow) {
        int i = 0;
        while (flows[i] != flow) {
            i++;
        }
        return i;
    }

    /**
     * Takes one IP packet whose length was checked.
     *
     * @param memory holds the packet, {@link VirtioNetHeader#BYTES} bytes of room before it and
     *     eight readable bytes behind it; stays unchanged until {@link #flush()}
     */
    void add(MemorySegment memory, long packet, int length) {
        boolean ipv4 = IpPacket.version(memory, packet) == IpPacket.VERSION_4;
        int transport = ipv4 ? plainIpv4(memory, packet) : Ipv6Header.BYTES;
        int protocol =
                transport == 0
                        ? 0
                        : ipv4
                                ? Ipv4Header.protocol(memory, packet)
                                : Ipv6Header.nextHeader(memory, packet);
        long header = packet + transport;
        int left = length - transport;
        if (protocol == IpPacket.PROTOCOL_TCP && TcpHeader.check(memory, header, left)) {
            tcp(memory, packet, length, transport, ipv4);
        } else if (protocol == IpPacket.PROTOCOL_UDP
                && left >= UdpHeader.BYTES
                && UdpHeader.length(memory, header) == left) {
            udp(memory, packet, length, transport, ipv4);
        } else {
            courtesy.passed(1);
            other(memory, packet, length, ipv4);
        }
    }

    /** A packet of no flow, such as a fragment: it may belong to any between the same hosts. */
    private void other(MemorySegment memory, long packet, int length, boolean ipv4) {
        int i = 0;
        while (i < open) {
            if (flows[i].isBetweenHostsOf(memory, packet, ipv4)) {
                flushFlow(i);
            } else {
                i++;
            }
        }
        writer.single(memory, packet, length);
    }

    /** Header length of an IPv4 packet without options and fragmentation, else 0. */
    private static int plainIpv4(MemorySegment memory, long packet) {
        boolean plain =
                Ipv4Header.headerLength(memory, packet) == Ipv4Header.BYTES_MIN
                        && !Ipv4Header.isFragment(memory, packet);
        return plain ? Ipv4Header.BYTES_MIN : 0;
    }

    private void tcp(MemorySegment memory, long packet, int length, int transport, boolean ipv4) {
        long header = packet + transport;
        int found = find(memory, packet, transport, IpPacket.PROTOCOL_TCP, ipv4);
        int headers = transport + TcpHeader.headerLength(memory, header);
        int payload = length - headers;
        int flags = TcpHeader.flags(memory, header) & ~TcpHeader.PSH;
        if (payload == 0 || flags != TcpHeader.ACK || !offloads.tunTcp()) {
            flushFlow(found);
            writer.single(memory, packet, length);
            return;
        }
        if (found >= 0) {
            if (append(found, memory, packet, length)) {
                return;
            }
            flushFlow(found);
        }
        start(memory, packet, transport, headers, payload, IpPacket.PROTOCOL_TCP, ipv4);
    }

    private void udp(MemorySegment memory, long packet, int length, int transport, boolean ipv4) {
        long header = packet + transport;
        int found = find(memory, packet, transport, IpPacket.PROTOCOL_UDP, ipv4);
        int headers = transport + UdpHeader.BYTES;
        int payload = length - headers;
        int port = UdpHeader.destinationPort(memory, header);
        if (payload == 0
                || !offloads.tunUdp()
                || UdpHeader.checksum(memory, header) == 0
                || port == VXLAN_PORT
                || port == VXLAN_OLD_PORT
                || port == GENEVE_PORT) {
            flushFlow(found);
            courtesy.passed(1);
            writer.single(memory, packet, length);
            return;
        }
        if (found >= 0) {
            if (append(found, memory, packet, length)) {
                return;
            }
            flushFlow(found);
        }
        start(memory, packet, transport, headers, payload, IpPacket.PROTOCOL_UDP, ipv4);
    }

    private boolean append(int i, MemorySegment memory, long packet, int length) {
        CoalescedFlow flow = flows[i];
        if (!flow.append(memory, packet, length)) {
            return false;
        }
        if (flow.isClosed()) {
            flushFlow(i);
        } else {
            recent = flow;
        }
        return true;
    }

    private int find(MemorySegment memory, long packet, int transport, int protocol, boolean ipv4) {
        for (int i = 0; i < open; i++) {
            if (flows[i].matches(memory, packet, transport, protocol, ipv4)) {
                return i;
            }
        }
        return -1;
    }

    private void start(
            MemorySegment memory,
            long packet,
            int transport,
            int headers,
            int payload,
            int protocol,
            boolean ipv4) {
        if (open == FLOWS) {
            flushFlow(0);
        }
        CoalescedFlow flow = flows[open];
        flow.start(memory, packet, transport, headers, payload, protocol, ipv4);
        open++;
        recent = flow;
        if (flow.isClosed()) {
            flushFlow(open - 1);
        }
    }

    /** Writes flow i and closes the gap, so that the others stay in the order they began. */
    private void flushFlow(int i) {
        if (i < 0) {
            return;
        }
        CoalescedFlow flow = flows[i];
        if (flow == recent) {
            recent = null;
        }
        write(flow);
        open--;
        System.arraycopy(flows, i + 1, flows, i, open - i);
        flows[open] = flow;
    }

    private void write(CoalescedFlow flow) {
        writer.flow(flow);
        courtesy.passed(flow.isTcp() ? 0 : flow.count());
    }

    /** Writes all that is held back: a step ends. */
    void flush() {
        for (int i = 0; i < open; i++) {
            write(flows[i]);
        }
        open = 0;
        recent = null;
    }

    /** Lets others run, if it is time for that; what this step holds was written. */
    void endStep() {
        courtesy.endStep();
    }

    /** The thread is about to rest; what this step holds was written. */
    void rest() {
        courtesy.rest();
    }

    /** Counts the packets and super-packets that the device took since the last call. */
    void account() {
        counters.add(Counter.TUN_WRITES, writer.takeWrites());
    }
}
