package dev.taltun.io.tun;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HeaderlessTunTest {
    /** RFC 768 over 10.77.0.1 to 10.77.0.2, three bytes of payload. */
    private static final String UDP = "4500001f0001400040112620" + "0a4d00010a4d0002";

    @Test
    void aPartialChecksumIsCompletedBeforeTheDeviceGetsThePacket() {
        byte[] udp = HexFormat.of().parseHex("12345145000b" + "0000" + "616263");
        byte[] ip = HexFormat.of().parseHex(UDP);
        int pseudo = sum(ip, 12, 20, 17 + udp.length);
        ByteBuffer.wrap(udp).putShort(6, (short) pseudo);
        MemorySegment memory = Arena.ofAuto().allocate(100);
        VirtioNetHeader.set(
                memory, 5, VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.GSO_NONE, 0, 0, 20, 6);
        int at = 5 + VirtioNetHeader.BYTES;
        MemorySegment.copy(ip, 0, memory, Layouts.BYTE, at, ip.length);
        MemorySegment.copy(udp, 0, memory, Layouts.BYTE, at + ip.length, udp.length);
        int length = ip.length + udp.length;
        byte[][] written = new byte[1][];
        TunWriter writer =
                HeaderlessTun.writer(
                        (segment, offset, bytes) -> {
                            written[0] = segment.asSlice(offset, bytes).toArray(Layouts.BYTE);
                            return bytes;
                        });
        assertEquals(
                VirtioNetHeader.BYTES + length,
                writer.write(memory, 5, VirtioNetHeader.BYTES + length));
        assertEquals(length, written[0].length);
        // Right is what sums up to all ones, pseudo-header included.
        assertEquals(0xffff, sum(written[0], 20, length, pseudo));
        assertArrayEquals(ip, Arrays.copyOf(written[0], 20));
    }

    private static int sum(byte[] bytes, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | (i + 1 < to ? bytes[i + 1] & 0xff : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
