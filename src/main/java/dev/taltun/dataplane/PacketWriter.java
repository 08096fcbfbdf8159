package dev.taltun.dataplane;

import dev.taltun.ffi.Errno;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.metrics.Counter;
import dev.taltun.metrics.Counters;
import java.lang.foreign.MemorySegment;

/**
 * Writes packets and super-packets to TUN and deals with refusals: a super-packet that the kernel
 * does not take is written again packet by packet, and the offload stays off from then on.
 *
 * <p>Belongs to one thread.
 */
final class PacketWriter {
    private final TunWriter tun;
    private final Offloads offloads;
    private final Counters.Block counters;
    private final boolean completesChecksums;
    private int writes;

    PacketWriter(TunWriter tun, Offloads offloads, Counters.Block counters) {
        this.tun = tun;
        this.offloads = offloads;
        this.counters = counters;
        completesChecksums = tun.completesChecksums();
    }

    /**
     * Writes one packet as it is; its offload header goes into the room before it, and asks the
     * kernel to complete a checksum that is partial, if that does.
     */
    void single(MemorySegment memory, long packet, int length) {
        if (!completesChecksums) {
            PartialChecksum.complete(memory, packet, length);
        }
        long header = packet - VirtioNetHeader.BYTES;
        int transport = PartialChecksum.transport(memory, packet, length);
        if (transport == 0) {
            VirtioNetHeader.setPlain(memory, header);
        } else {
            VirtioNetHeader.set(
                    memory,
                    header,
                    VirtioNetHeader.NEEDS_CSUM,
                    VirtioNetHeader.GSO_NONE,
                    0,
                    0,
                    transport,
                    PartialChecksum.fieldOffset(memory, packet, transport));
        }
        if (write(memory, header, VirtioNetHeader.BYTES + length) < 0) {
            counters.increment(Counter.TUN_WRITE_ERRORS);
        }
    }

    /** Writes what a flow has gathered. */
    void flow(CoalescedFlow flow) {
        if (flow.count() == 1) {
            // As it came, checksum and all: whoever corrupted it is not to be helped.
            single(flow.memory(), flow.packet(0), flow.length(0));
            return;
        }
        flow.finish();
        long header = flow.superPacketOffset() - VirtioNetHeader.BYTES;
        int bytes = VirtioNetHeader.BYTES + flow.superPacketLength();
        int result = write(flow.superPacket(), header, bytes);
        if (result >= 0) {
            return;
        }
        if (result != -Errno.EINVAL) {
            counters.increment(Counter.TUN_WRITE_ERRORS);
            return;
        }
        counters.increment(Counter.TUN_WRITE_FALLBACKS);
        offloads.tunRefused(flow.isTcp());
        for (int i = 0; i < flow.count(); i++) {
            single(flow.memory(), flow.packet(i), flow.length(i));
        }
    }

    private int write(MemorySegment memory, long offset, int length) {
        int result;
        do {
            result = tun.write(memory, offset, length);
        } while (result == -Errno.EINTR);
        if (result >= 0) {
            writes++;
        }
        return result;
    }

    int takeWrites() {
        int count = writes;
        writes = 0;
        return count;
    }
}
