package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class Tai64nTest {
    /** Seconds, nanoseconds, and the bytes on the wire. */
    @Test
    void vectors() {
        Object[][] table = {
            {0L, 0, "400000000000000a00000000"},
            {0L, 123_456_789, "400000000000000a07000000"},
            {0L, 999_999_999, "400000000000000a3b000000"},
            {0L, 16_777_215, "400000000000000a00000000"},
            {0L, 16_777_216, "400000000000000a01000000"},
            {-1L, 0, "400000000000000900000000"},
            // The example of the TAI64 paper: 1992-06-02 08:07:09 TAI is 1992-06-02 08:06:43 UTC;
            // ten seconds instead of twenty-six, for leap seconds are left out.
            {707_472_403L, 0, "400000002a2b2c1d00000000"},
        };
        for (Object[] row : table) {
            Tai64n time = Tai64n.of((long) row[0], (int) row[1]);
            assertEquals(row[2], HexFormat.of().formatHex(time.toBytes()));
            assertEquals(time, Tai64n.fromBytes(time.toBytes()));
        }
    }

    @Test
    void isCoarserThanTenMillisecondsAndFinerThanTwenty() {
        Tai64n start = Tai64n.of(0, 123_456_789);
        assertFalse(Tai64n.of(0, 123_456_789 + 10).isAfter(start));
        assertFalse(Tai64n.of(0, 123_456_789 + 10_000_000).isAfter(start));
        assertTrue(Tai64n.of(0, 123_456_789 + 20_000_000).isAfter(start));
        assertTrue(Tai64n.of(1, 0).isAfter(start));
        assertFalse(start.isAfter(Tai64n.of(1, 0)));
    }

    @Test
    void comparesWhateverBytesSomebodySent() {
        Tai64n low = Tai64n.fromBytes(HexFormat.of().parseHex("7fffffffffffffffffffffff"));
        Tai64n high = Tai64n.fromBytes(HexFormat.of().parseHex("800000000000000000000000"));
        Tai64n higher = Tai64n.fromBytes(HexFormat.of().parseHex("8000000000000000ffffffff"));
        assertTrue(high.isAfter(low));
        assertTrue(higher.isAfter(high));
        assertFalse(high.isAfter(high));
    }

    @Test
    void nextIsTheNextTick() {
        Tai64n time = Tai64n.of(5, 0);
        for (int i = 0; i < 200; i++) {
            Tai64n next = time.next();
            assertTrue(next.isAfter(time));
            assertTrue(Integer.toUnsignedLong(next.nanos()) < 1_000_000_000L);
            time = next;
        }
        assertEquals(Tai64n.of(8, 20 << 24), time);
    }
}
