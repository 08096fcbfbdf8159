package dev.taltun.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PrefixTableTest {
    /** The slow truth: tries every prefix. */
    private static Integer slow(Map<IpPrefix, Integer> model, IpAddress address) {
        return model.entrySet().stream()
                .filter(entry -> entry.getKey().contains(address))
                .max(Comparator.comparingInt(entry -> entry.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    private static int slowLength(Map<IpPrefix, Integer> model, IpAddress address) {
        return model.keySet().stream()
                .filter(prefix -> prefix.contains(address))
                .mapToInt(IpPrefix::length)
                .max()
                .orElse(-1);
    }

    private static int length(PrefixTable<?> table, IpAddress address) {
        return address.v6()
                ? table.length6(address.high(), address.low())
                : table.length4(address.asInt());
    }

    /**
     * Prefixes near each other: few distinct octets, so that they nest, share paths and collide.
     */
    private static IpPrefix random(Random random) {
        boolean v6 = random.nextBoolean();
        IpAddress address = randomAddress(random, v6);
        return new IpPrefix(address, random.nextInt(address.bits() + 1));
    }

    private static IpAddress randomAddress(Random random, boolean v6) {
        long[] words = new long[2];
        int dense = random.nextInt(17);
        for (int i = 0; i < 16; i++) {
            long octet = i < dense ? random.nextInt(3) * 0x55L : random.nextInt(256);
            words[i / 8] = words[i / 8] << 8 | octet;
        }
        return v6 ? IpAddress.v6(words[0], words[1]) : IpAddress.v4((int) words[0]);
    }

    @Property(tries = 300)
    void agreesWithSlowModelThroughAdditionsAndRemovals(@ForAll long seed) {
        Random random = new Random(seed);
        Map<IpPrefix, Integer> model = new HashMap<>();
        List<IpPrefix> everAdded = new ArrayList<>();
        PrefixTable<Integer> table = PrefixTable.empty();
        for (int step = 0; step < 200; step++) {
            if (everAdded.isEmpty() || random.nextInt(3) > 0) {
                IpPrefix prefix = random(random);
                everAdded.add(prefix);
                table = table.with(prefix, step);
                model.put(prefix.masked(), step);
            } else {
                IpPrefix prefix = everAdded.get(random.nextInt(everAdded.size()));
                table = table.without(prefix);
                model.remove(prefix.masked());
            }
        }
        assertEquals(model.size(), table.size());
        Map<IpPrefix, Integer> listed = new HashMap<>();
        table.forEach(listed::put);
        assertEquals(model, listed);
        for (int i = 0; i < 100; i++) {
            IpAddress address = randomAddress(random, random.nextBoolean());
            if (random.nextBoolean()) {
                address = everAdded.get(random.nextInt(everAdded.size())).address();
            }
            assertEquals(slow(model, address), table.lookup(address), address::toString);
            assertEquals(slowLength(model, address), length(table, address), address::toString);
        }
        for (IpPrefix prefix : everAdded) {
            assertEquals(model.get(prefix.masked()), table.get(prefix), prefix::toString);
        }
        PrefixTable.Builder<Integer> fresh = PrefixTable.builder();
        model.forEach(fresh::put);
        assertEquals(fresh.build().nodes(), table.nodes(), "removals left nodes behind");
        for (IpPrefix prefix : everAdded) {
            table = table.without(prefix);
        }
        assertTrue(table.isEmpty());
        assertEquals(2, table.nodes());
    }

    @Test
    void everyLengthOfOneAddressNests() {
        PrefixTable<Integer> table = PrefixTable.empty();
        for (int length = 0; length <= 32; length++) {
            table = table.with(IpPrefix.v4(0x0a640103, length), length);
        }
        for (int length = 0; length <= 128; length++) {
            table = table.with(IpPrefix.v6(0xfd00_1234_5678_9abcL, 42, length), length);
        }
        assertEquals(33 + 129, table.size());
        for (int bit = 0; bit < 32; bit++) {
            assertEquals(bit, table.lookup4(0x0a640103 ^ 1 << (31 - bit)));
            assertEquals(bit, table.length4(0x0a640103 ^ 1 << (31 - bit)));
        }
        for (int bit = 0; bit < 64; bit++) {
            long flip = 1L << (63 - bit);
            assertEquals(bit, table.lookup6(0xfd00_1234_5678_9abcL ^ flip, 42));
            assertEquals(64 + bit, table.lookup6(0xfd00_1234_5678_9abcL, 42 ^ flip));
        }
        for (int length = 128; length >= 0; length--) {
            assertEquals(length, table.lookup6(0xfd00_1234_5678_9abcL, 42));
            table = table.without(IpPrefix.v6(0xfd00_1234_5678_9abcL, 42, length));
        }
        assertNull(table.lookup6(0xfd00_1234_5678_9abcL, 42));
        assertEquals(32, table.lookup4(0x0a640103));
    }

    @Test
    void defaultRouteCatchesTheRestOfItsFamilyOnly() {
        PrefixTable<String> table =
                PrefixTable.<String>empty()
                        .with(IpPrefix.parse("0.0.0.0/0"), "default")
                        .with(IpPrefix.parse("10.100.0.0/24"), "net")
                        .with(IpPrefix.parse("10.100.0.3"), "host");
        assertEquals("host", table.lookup(IpAddress.parse("10.100.0.3")));
        assertEquals("net", table.lookup(IpAddress.parse("10.100.0.4")));
        assertEquals("default", table.lookup(IpAddress.parse("255.255.255.255")));
        assertEquals("default", table.lookup(IpAddress.parse("0.0.0.0")));
        assertNull(table.lookup(IpAddress.parse("::1")));
        assertNull(table.lookup(IpAddress.parse("::ffff:10.100.0.3")));
    }

    @Test
    void aSnapshotNeverChanges() {
        IpPrefix prefix = IpPrefix.parse("10.0.0.0/8");
        PrefixTable<String> before = PrefixTable.<String>empty().with(prefix, "a");
        PrefixTable<String> after =
                before.with(prefix, "b").with(IpPrefix.parse("10.1.0.0/16"), "c");
        assertEquals("a", before.lookup4(0x0a010000));
        assertEquals("c", after.lookup4(0x0a010000));
        assertEquals("b", after.get(IpPrefix.parse("10.9.9.9/8")));
        assertEquals(1, before.size());
        assertEquals(2, after.size());
        assertSame(before, before.without(IpPrefix.parse("10.0.0.0/9")));
    }

    @Test
    void builderReportsWhatAPrefixLedToBefore() {
        PrefixTable.Builder<String> builder = PrefixTable.builder();
        assertNull(builder.put(IpPrefix.parse("10.0.0.0/24"), "a"));
        assertEquals("a", builder.put(IpPrefix.parse("10.0.0.7/24"), "b"));
        assertEquals(1, builder.build().size());
    }

    @Test
    void thirtyThousandPrefixesLoadFastAndLookUpWithoutAllocation() {
        Random random = new Random(7);
        Set<IpPrefix> prefixes = new HashSet<>();
        while (prefixes.size() < 30_000) {
            prefixes.add(
                    random.nextBoolean()
                            ? IpPrefix.v4(random.nextInt(), 8 + random.nextInt(25)).masked()
                            : IpPrefix.v6(random.nextLong(), random.nextLong(), 64).masked());
        }
        long start = System.nanoTime();
        PrefixTable.Builder<IpPrefix> builder = PrefixTable.builder();
        prefixes.forEach(prefix -> builder.put(prefix, prefix));
        PrefixTable<IpPrefix> table = builder.build();
        long took = System.nanoTime() - start;
        assertTrue(took < 1_000_000_000L, () -> "building took " + took + " ns");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long found = 0;
        long allocated = 0;
        for (int round = 0; round < 2; round++) {
            allocated = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 200_000; i++) {
                found += table.lookup4(i * 0x9e3779b9) == null ? 0 : 1;
                found += table.lookup6(i * 0x9e3779b97f4a7c15L, i) == null ? 0 : 1;
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        }
        assertTrue(found > 0);
        assertTrue(allocated < 10_000, "bytes allocated: " + allocated);
    }
}
