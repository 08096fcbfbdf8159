package dev.taltun.io.tun;

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

    /** Leaves the header out; it must say nothing, for such a device has no offloads. */
    static TunWriter writer(TunWriter bare) {
        return new TunWriter() {
            @Override
            public int write(MemorySegment memory, long offset, int length) {
                int header = VirtioNetHeader.BYTES;
                int bytes = bare.write(memory, offset + header, length - header);
                return bytes < 0 ? bytes : bytes + header;
            }

            @Override
            public boolean completesChecksums() {
                return false;
            }
        };
    }
}
