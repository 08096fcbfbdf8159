package dev.taltun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ResultsTest {
    private static final MachineFacts MACHINE =
            new MachineFacts("a CPU", 2, "Linux 6", "8 GB", "a JVM", "iperf 3", "2026-01-01");

    private static Outcome outcome(double speed) {
        Outcome outcome = new Outcome();
        outcome.put(Axis.TCP_1, speed);
        outcome.idle().recordValue(Math.round(speed * 1000));
        return outcome;
    }

    private static Results three() {
        Results results = new Results();
        results.add("one", outcome(3));
        results.add("one", outcome(1));
        results.add("one", outcome(10));
        Outcome failed = new Outcome();
        failed.fail("it ended");
        results.add("two", failed);
        return results;
    }

    @Test
    void medianOfOddAndEvenNumbers() {
        assertEquals(3, Statistics.median(List.of(10.0, 1.0, 3.0)));
        assertEquals(2, Statistics.median(List.of(3.0, 1.0)));
        assertTrue(Double.isNaN(Statistics.median(List.of())));
    }

    @Test
    void figuresAreMediansAndPingsArePooled() {
        Results results = three();
        assertEquals(3, results.value("one", Axis.TCP_1));
        assertEquals(3, results.value("one", Axis.IDLE_P50), 0.01);
        assertEquals(10, results.value("one", Axis.IDLE_P999), 0.01);
        assertTrue(Double.isNaN(results.value("one", Axis.LOADED_P90)));
    }

    @Test
    void whatFailedIsADashAndALine() {
        Results results = three();
        List<String> lines = results.table().lines().toList();
        assertTrue(lines.get(1).matches("TCP, 1 flow +Gbit/s +3\\.000 +-"), lines.get(1));
        assertEquals(List.of("two: it ended"), results.failures());
    }

    @Test
    void columnsAreAligned() {
        TextTable table = new TextTable();
        table.row(List.of("a", "long one", "x"));
        table.row(List.of("wide", "1.5", "22"));
        assertEquals("a     long one   x\nwide       1.5  22\n", table.toString());
    }

    @Test
    void theReportHoldsMachineMediansAndFailures() {
        String text = JsonReport.of(three(), Settings.quick(), MACHINE, Map.of("one", "v1"));
        JsonObject json = JsonParser.parseString(text).getAsJsonObject();
        assertEquals(2, json.getAsJsonObject("machine").get("cores").getAsInt());
        JsonObject one = json.getAsJsonObject("contenders").getAsJsonObject("one");
        assertEquals("v1", one.get("version").getAsString());
        JsonObject tcp = one.getAsJsonObject("axes").getAsJsonObject("tcp_1");
        assertEquals(3, tcp.get("median").getAsDouble());
        assertEquals(3, tcp.getAsJsonArray("repetitions").size());
        JsonObject two = json.getAsJsonObject("contenders").getAsJsonObject("two");
        assertEquals("it ended", two.getAsJsonArray("failures").get(0).getAsString());
    }

    @Test
    void timeLeftFollowsTheTurnsSeen() {
        assertEquals(95, Progress.left(5, 0, 10, 10));
        assertEquals(60, Progress.left(40, 4, 10, 99));
        assertEquals(0, Progress.left(40, 10, 10, 99));
    }

    @Test
    void aFailureIsOneLine() {
        assertEquals("a b", new BenchFailure(" a\n\t b\n").getMessage());
        assertEquals(160, new BenchFailure("x".repeat(500)).getMessage().length());
    }
}
