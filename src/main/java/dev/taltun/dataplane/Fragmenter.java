package dev.taltun.dataplane;

import dev.taltun.memory.Layouts;
import dev.taltun.protocol.Ipv4Header;
import java.lang.foreign.MemorySegment;

/**
 * Cuts an IPv4 packet that may be fragmented into fragments (RFC 791, section 3.2; RFC 1812,
 * section 5.2.6).
 *
 * <p>No payload byte moves. As with {@link Segmenter}, the header of a fragment is written directly
 * before its payload, over the end of the fragment before, which the sink has sealed by then:
 *
 * <pre>
 *   packet:      | header | data 0 | data 1 | data 2 |
 *   fragment 0:  | header | data 0 |
 *   fragment 1:           | header | data 1 |
 *   fragment 2:                    | header | data 2 |
 * </pre>
 */
final class Fragmenter {
    /** Places of fragments count in units of so many bytes. */
    private static final int UNIT = 8;

    private static final int COPIED = 0x80;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;

    private Fragmenter() {}

    /**
     * Gives a packet to a sink in fragments; stops at the first that it does not take.
     *
     * @param packet whose header was checked, which is longer than the MTU, and which is destroyed
     * @param mtu at least 68 (RFC 791)
     * @return whether the sink took all
     */
    static boolean fragment(
            MemorySegment memory, long packet, int length, int mtu, SegmentSink sink) {
        int header = Ipv4Header.headerLength(memory, packet);
        int field = Ipv4Header.fragmentField(memory, packet);
        int place = field & Ipv4Header.FRAGMENT_PLACE_MASK;
        int most = mtu - header & -UNIT;
        int data = length - header;
        int done = 0;
        while (done < data) {
            int part = Math.min(most, data - done);
            boolean last = done + part == data;
            long at = packet + done;
            if (done > 0) {
                MemorySegment.copy(memory, Layouts.BYTE, packet, memory, Layouts.BYTE, at, header);
            }
            int more = last ? field & Ipv4Header.MORE_FRAGMENTS : Ipv4Header.MORE_FRAGMENTS;
            Ipv4Header.totalLength(memory, at, header + part);
            memory.set(
                    Layouts.BE_SHORT,
                    at + Ipv4Header.FRAGMENT_OFFSET,
                    (short) (more | place + done / UNIT));
            complete(memory, at, header);
            if (!sink.accept(memory, at, header + part)) {
                return false;
            }
            if (done == 0) {
                dropOptionsOfTheFirst(memory, packet, header);
            }
            done += part;
        }
        return true;
    }

    private static void complete(MemorySegment memory, long packet, int header) {
        Ipv4Header.checksum(memory, packet, 0);
        long sum = Checksum.sum(memory, packet, header, 0);
        memory.set(Layouts.NATIVE_SHORT, packet + Ipv4Header.CHECKSUM_OFFSET, Checksum.finish(sum));
    }

    /** Options without the "copied" flag are only in the first fragment (RFC 791, section 3.1). */
    private static void dropOptionsOfTheFirst(MemorySegment memory, long packet, int header) {
        long at = packet + Ipv4Header.BYTES_MIN;
        long end = packet + header;
        while (at < end) {
            int type = Byte.toUnsignedInt(memory.get(Layouts.BYTE, at));
            if (type == END_OF_OPTIONS) {
                return;
            }
            int size = 1;
            if (type != NO_OPERATION) {
                size = at + 1 < end ? Byte.toUnsignedInt(memory.get(Layouts.BYTE, at + 1)) : 0;
                if (size < 2 || at + size > end) {
                    return;
                }
            }
            for (int i = 0; i < size && (type & COPIED) == 0; i++) {
                memory.set(Layouts.BYTE, at + i, (byte) NO_OPERATION);
            }
            at += size;
        }
    }
}
