package dev.taltun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What is read out of the output of other programs and of /proc. */
final class ReadingsTest {
    @Test
    void tcpCountsWhatArrived() throws BenchFailure {
        String json =
                """
                {"end": {"sum_sent": {"bits_per_second": 9e9}, "sum_received": {"bits_per_second": 5e9}}}
                """;
        assertEquals(5, Iperf.gigabits(json));
    }

    @Test
    void bothDirectionsAreAdded() throws BenchFailure {
        String json =
                """
                {"end": {"sum_received": {"bits_per_second": 5e9},
                         "sum_received_bidir_reverse": {"bits_per_second": 2.5e9}}}
                """;
        assertEquals(7.5, Iperf.gigabits(json));
    }

    @Test
    void errorsOfIperfAreSaidInOneLine() {
        BenchFailure failure =
                assertThrows(
                        BenchFailure.class,
                        () -> Iperf.gigabits("{\"end\": {}, \"error\": \"unable to\\n connect\"}"));
        assertEquals("iperf3: unable to connect", failure.getMessage());
        assertThrows(BenchFailure.class, () -> Iperf.gigabits("killed"));
        assertThrows(BenchFailure.class, () -> Iperf.gigabits(""));
    }

    @Test
    void warningsOfIperfAreNoErrors() throws BenchFailure {
        String json =
                """
                iperf3: warning: UDP block size 1372 exceeds TCP MSS 1368
                {"end": {"sum_received": {"bits_per_second": 5e9}}}
                """;
        assertEquals(5, Iperf.gigabits(json));
    }

    private static Iperf.Datagrams datagrams(int reached, int received) throws BenchFailure {
        return Iperf.datagrams(
                """
                {"end": {"sum_sent": {"packets": 1000, "seconds": 0.5},
                         "sum_received": {"packets": %d, "bytes": %d}}}
                """
                        .formatted(reached, received * 64),
                64);
    }

    @Test
    void datagramsAreCountedAsReceived() throws BenchFailure {
        Iperf.Datagrams seen = datagrams(1000, 900);
        assertEquals(2000, seen.sentPerSecond());
        assertEquals(1800, seen.receivedPerSecond());
        assertEquals(0.1, seen.loss(), 1e-9);
    }

    @Test
    void aShortTailOnItsWayIsNoLossButALongOneIs() throws BenchFailure {
        assertEquals(0, datagrams(960, 960).loss(), 1e-9);
        assertEquals(0.5, datagrams(500, 500).loss(), 1e-9);
        assertEquals(1, datagrams(0, 0).loss(), 1e-9);
    }

    @Test
    void pingTimesBecomePercentiles() {
        StringBuilder output = new StringBuilder("PING 10.77.0.2 (10.77.0.2) 56(84) bytes\n");
        for (int i = 1; i <= 100; i++) {
            output.append("64 bytes from 10.77.0.2: icmp_seq=%d ttl=64 time=0.%03d ms\n".formatted(i, i));
        }
        output.append("64 bytes from 10.77.0.2: icmp_seq=101 ttl=64 time=12.5 ms\n");
        Histogram times = Pings.parse(output.toString());
        assertEquals(101, times.getTotalCount());
        assertEquals(0.051, Pings.millis(times, 50));
        assertEquals(12.5, Pings.millis(times, 99.9), 0.02);
    }

    @Test
    void cpuTimesOfProcessesWithOddNames() {
        String stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20 0 9";
        assertEquals(4.0, Usage.processSeconds(stat));
    }

    @Test
    void cpuTimesOfTheMachine() {
        String stat = "cpu  100 200 300 9000 800 50 60 70 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assertEquals(7.1, Usage.busySeconds(stat), 1e-9);
        assertEquals(0.6, Usage.softirqSeconds(stat), 1e-9);
    }

    @Test
    void memoryOfAProcess() throws BenchFailure {
        String status = "VmPeak:\t 999 kB\nVmRSS:\t   2048 kB\n";
        assertEquals(2.0, Usage.mebibytes(status, "VmRSS"));
        assertThrows(BenchFailure.class, () -> Usage.mebibytes(status, "Pss"));
    }

    @Test
    void keysAreThoseOfWireGuard() {
        WireGuardKeys keys = WireGuardKeys.generate();
        for (String key : List.of(keys.privateKey(), keys.publicKey())) {
            assertTrue(key.length() == 44 && key.endsWith("="), key);
        }
    }
}
