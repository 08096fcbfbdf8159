package dev.taltun.io.tun;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A TUN device that was created without IFF_VNET_HDR: packets come and go bare, one by one, and
 * those who read and write find the header that they are used to.
 */
final class HeaderlessTun {
    private HeaderlessTun() {}

    /** Puts a header that says nothing before each packet. */
    static TunReader reader(TunReader bare) {
        return (buffer, offset, length) -> {
            int bytes =
                    bare.read(
                            buffer, offset + VirtioNetHeader.BYTES, length - VirtioNetHeader.BYTES);
            if (bytes <= 0) {
                return bytes;
            }
            VirtioNetHeader.setPlain(buffer, offset);
            return bytes + VirtioNetHeader.BYTES;
        };
    }

    /**
     * Leaves the header out. Such a device has no offloads, so all that it may say is that the
     * checksum is partial, which is completed here, in the packet itself.
     */
    static TunWriter writer(TunWriter bare) {
        return (memory, offset, length) -> {
            if ((VirtioNetHeader.flags(memory, offset) & VirtioNetHeader.NEEDS_CSUM) != 0) {
                completeChecksum(memory, offset, length);
            }
            int bytes =
                    bare.write(
                            memory, offset + VirtioNetHeader.BYTES, length - VirtioNetHeader.BYTES);
            return bytes < 0 ? bytes : bytes + VirtioNetHeader.BYTES;
        };
    }

    /** The field holds the pseudo-header's sum, so summing over it brings that in (RFC 1071). */
    private static void completeChecksum(MemorySegment memory, long offset, int length) {
        long start = offset + VirtioNetHeader.BYTES + VirtioNetHeader.csumStart(memory, offset);
        long end = offset + length;
        long sum = 0;
        for (long at = start; at + 1 < end; at += 2) {
            sum += memory.get(Layouts.BE_SHORT, at) & 0xffff;
        }
        if ((end - start & 1) != 0) {
            sum += (memory.get(Layouts.BYTE, end - 1) & 0xff) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        // 0 would say "none" in UDP; to TCP both forms of zero are the same.
        int checksum = sum == 0xffff ? 0xffff : (int) ~sum;
        long field = start + VirtioNetHeader.csumOffset(memory, offset);
        memory.set(Layouts.BE_SHORT, field, (short) checksum);
    }
}
