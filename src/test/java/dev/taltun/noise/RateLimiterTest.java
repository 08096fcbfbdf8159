package dev.taltun.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {
    private static final long MILLI = 1_000_000L;

    private final RateLimiter limiter = new RateLimiter(Fixed.random(1));
    private long now = Long.MAX_VALUE - 100 * MILLI;

    private static byte[] ip(String literal) throws Exception {
        return InetAddress.getByName(literal).getAddress();
    }

    /** Milliseconds waited before the message, and whether it passes; from many sources at once. */
    @Test
    void fiveInARowThenTwentyASecond() throws Exception {
        Object[][] table = {
            {0, true},
            {0, true},
            {0, true},
            {0, true},
            {0, true},
            {0, false},
            {49, false},
            {1, true},
            {0, false},
            {100, true},
            {0, true},
            {0, false},
            {25, false},
            {25, true},
            {0, false},
            {250, true},
            {0, true},
            {0, true},
            {0, true},
            {0, true},
            {0, false},
            {10_000, true},
            {0, true},
            {0, true},
            {0, true},
            {0, true},
            {0, false},
        };
        byte[][] sources = {
            ip("127.0.0.1"),
            ip("192.168.1.1"),
            ip("248.97.91.167"),
            ip("2001:db8:a0b:12f0::1"),
            ip("f5c2:818f:c052:655a:9860:b136:6894:25f0"),
            ip("::1"),
        };
        for (int i = 0; i < table.length; i++) {
            now += (int) table[i][0] * MILLI;
            for (byte[] source : sources) {
                assertEquals(table[i][1], limiter.allow(source, now), "message " + i);
            }
        }
    }

    @Test
    void oneHostIsOneIpv4AddressOrOneIpv6Prefix() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        mapped[12] = 10;
        mapped[15] = 1;
        for (int i = 0; i < 5; i++) {
            assertTrue(limiter.allow(i % 2 == 0 ? mapped : ip("10.0.0.1"), now));
            assertTrue(limiter.allow(ip("2001:db8:1:2::" + (i + 1)), now));
        }
        assertFalse(limiter.allow(mapped, now));
        assertFalse(limiter.allow(ip("10.0.0.1"), now));
        assertTrue(limiter.allow(ip("10.0.0.2"), now));
        assertFalse(limiter.allow(ip("2001:db8:1:2:ffff:ffff:ffff:ffff"), now));
        assertTrue(limiter.allow(ip("2001:db8:1:3::1"), now));
    }

    @Test
    void memoryIsBoundedAndFreedByTime() {
        Random random = new Random(2);
        byte[] source = new byte[16];
        int allowed = 0;
        int sources = 100_000;
        for (int i = 0; i < sources; i++) {
            random.nextBytes(source);
            allowed += limiter.allow(source, now) ? 1 : 0;
        }
        assertEquals(allowed, limiter.size(now));
        assertTrue(allowed > 15_000 && allowed <= 16_384, "allowed " + allowed);
        now += 50 * MILLI;
        assertEquals(0, limiter.size(now));
        assertTrue(limiter.allow(source, now));
        assertEquals(1, limiter.size(now));
    }

    @Test
    void aFewThousandSourcesNeverHurtEachOther() {
        Random random = new Random(3);
        byte[] source = new byte[4];
        for (int i = 0; i < 4000; i++) {
            random.nextBytes(source);
            assertTrue(limiter.allow(source, now), "source " + i);
        }
        // Neighbours in one network, the likely case, must spread as well.
        now += 1000 * MILLI;
        for (int i = 0; i < 4000; i++) {
            byte[] neighbour = {10, 1, (byte) (i >> 8), (byte) i};
            assertTrue(limiter.allow(neighbour, now), "neighbour " + i);
        }
    }

    @Test
    void anAddressHasFourOrSixteenBytes() {
        assertThrows(IllegalArgumentException.class, () -> limiter.allow(new byte[8], now));
    }
}
