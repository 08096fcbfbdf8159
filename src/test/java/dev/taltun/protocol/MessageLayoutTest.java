package dev.taltun.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class MessageLayoutTest {
    private static final int AT = 3;

    private final MemorySegment segment = Arena.ofAuto().allocate(256);

    private String hex(int length) {
        return HexFormat.of().formatHex(segment.asSlice(AT, length).toArray(Layouts.BYTE));
    }

    private void load(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        MemorySegment.copy(bytes, 0, segment, Layouts.BYTE, AT, bytes.length);
    }

    @Test
    void lengthsAndPlacesAreThePapers() {
        int[][] table = {
            {4, MessageHeader.BYTES},
            {148, HandshakeInitiation.BYTES},
            {4, HandshakeInitiation.SENDER_OFFSET},
            {8, HandshakeInitiation.EPHEMERAL_OFFSET},
            {40, HandshakeInitiation.STATIC_OFFSET},
            {88, HandshakeInitiation.TIMESTAMP_OFFSET},
            {116, HandshakeInitiation.MAC1_OFFSET},
            {132, HandshakeInitiation.MAC2_OFFSET},
            {92, HandshakeResponse.BYTES},
            {12, HandshakeResponse.EPHEMERAL_OFFSET},
            {44, HandshakeResponse.EMPTY_OFFSET},
            {60, HandshakeResponse.MAC1_OFFSET},
            {76, HandshakeResponse.MAC2_OFFSET},
            {64, CookieReply.BYTES},
            {8, CookieReply.NONCE_OFFSET},
            {32, CookieReply.COOKIE_OFFSET},
            {16, TransportData.HEADER_BYTES},
            {32, TransportData.BYTES_MIN},
            {4, ControlFrame.HEADER_BYTES},
            {20, Ipv4Header.BYTES_MIN},
            {40, Ipv6Header.BYTES},
            {20, TcpHeader.BYTES_MIN},
            {8, UdpHeader.BYTES},
        };
        for (int i = 0; i < table.length; i++) {
            assertEquals(table[i][0], table[i][1], "row " + i);
        }
    }

    @Test
    void onlyTheRightLengthsPass() {
        for (int type = -1; type <= 5; type++) {
            for (int length = 0; length < 200; length++) {
                boolean expected =
                        switch (type) {
                            case 1 -> length == 148;
                            case 2 -> length == 92;
                            case 3 -> length == 64;
                            case 4 -> length >= 32;
                            default -> false;
                        };
                assertEquals(expected, MessageType.checkLength(type, length));
            }
        }
    }

    @Test
    void header() {
        MessageHeader.put(segment, AT, MessageType.TRANSPORT_DATA, 1);
        assertEquals("04010000", hex(4));
        assertTrue(MessageHeader.check(segment, AT, 4));
        assertFalse(MessageHeader.check(segment, AT, 3));
        assertEquals(4, MessageHeader.type(segment, AT));
        assertEquals(1, MessageHeader.suite(segment, AT));
        assertEquals(MessageHeader.word(4, 1), MessageHeader.word(segment, AT));
        load("ffff0000");
        assertEquals(255, MessageHeader.type(segment, AT));
        assertEquals(255, MessageHeader.suite(segment, AT));
        load("01000100");
        assertFalse(MessageHeader.check(segment, AT, 4));
        load("01000001");
        assertFalse(MessageHeader.check(segment, AT, 4));
    }

    @Test
    void indicesAndCounterAreLittleEndian() {
        TransportData.putHeader(segment, AT, 0, 0x11223344, 0x8877665544332211L);
        assertEquals("04000000443322111122334455667788", hex(16));
        assertEquals(0x11223344, TransportData.receiver(segment, AT));
        assertEquals(0x8877665544332211L, TransportData.counter(segment, AT));
        HandshakeInitiation.sender(segment, AT, 0xaabbccdd);
        assertEquals("04000000ddccbbaa", hex(8));
        assertEquals(0xaabbccdd, HandshakeInitiation.sender(segment, AT));
        HandshakeResponse.sender(segment, AT, 1);
        HandshakeResponse.receiver(segment, AT, 2);
        assertEquals("040000000100000002000000", hex(12));
        assertEquals(1, HandshakeResponse.sender(segment, AT));
        assertEquals(2, HandshakeResponse.receiver(segment, AT));
        CookieReply.receiver(segment, AT, 3);
        assertEquals("0400000003000000", hex(8));
        assertEquals(3, CookieReply.receiver(segment, AT));
    }

    @Test
    void controlFrame() {
        ControlFrame.putHeader(segment, AT, ControlFrame.TYPE_HELLO, 0x0102);
        assertEquals("00010102", hex(4));
        assertTrue(ControlFrame.isControl(segment, AT, 1));
        assertFalse(ControlFrame.isControl(segment, AT, 0), "a keepalive is none");
        assertEquals(1, ControlFrame.type(segment, AT));
        assertEquals(0x0102, ControlFrame.bodyLength(segment, AT));
        assertTrue(ControlFrame.check(segment, AT, 4 + 0x0102));
        assertTrue(ControlFrame.check(segment, AT, 4 + 0x0102 + 15), "padded");
        assertFalse(ControlFrame.check(segment, AT, 4 + 0x0102 - 1));
        assertFalse(ControlFrame.check(segment, AT, 3));
        load("05");
        assertTrue(ControlFrame.isControl(segment, AT, 100));
        assertFalse(ControlFrame.check(segment, AT, 100), "the first byte is 0");
        load("45");
        assertFalse(ControlFrame.isControl(segment, AT, 100));
    }

    /** Length, MTU, zeros: the cases of wireguard-go's calculatePaddingSize. */
    @Test
    void padding() {
        int[][] table = {
            {0, 1420, 0},
            {1, 1420, 15},
            {15, 1420, 1},
            {16, 1420, 0},
            {17, 1420, 15},
            {1408, 1420, 0},
            {1409, 1420, 11},
            {1419, 1420, 1},
            {1420, 1420, 0},
            {1421, 1420, 15},
            {2840, 1420, 0},
            {2839, 1420, 1},
            {0, 0, 0},
            {1, 0, 15},
            {1500, 0, 4},
            {65535, 65535, 0},
            {65530, 65535, 5},
        };
        for (int[] row : table) {
            assertEquals(row[2], Limits.padding(row[0], row[1]), row[0] + " of " + row[1]);
        }
    }

    @Test
    void limitsAreThePapers() {
        assertEquals("18446744073709543423", Long.toUnsignedString(Limits.REJECT_AFTER_MESSAGES));
        assertEquals(1152921504606846976L, Limits.REKEY_AFTER_MESSAGES);
        assertEquals(18, Limits.HANDSHAKE_ATTEMPTS_MAX);
        assertEquals(20_000_000, Limits.INITIATION_INTERVAL_MIN_NANOS);
    }
}
