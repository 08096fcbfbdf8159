package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.NamespaceTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which pairs of routers let two nodes reach each other directly. Prints a line for each. The whole
 * table takes minutes: {@code -Dtaltun.nat=all}.
 */
@NamespaceTest
final class NatMatrixTest {
    private static final Duration DIRECT = Duration.ofSeconds(5);
    private static final Duration PREDICTED = Duration.ofSeconds(15);

    /**
     * As many as there may be: with 4 guesses for each, 64,512 to choose from, one attempt in ten
     * million finds none. With 320 it would be one in 600, and the next comes after a minute.
     */
    private static final int PORTS = 512;

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "PRESERVING, LEAKY,       direct",
        "PRESERVING, RANDOM,      relay",
    })
    void telling(NatKind left, NatKind right, String expected) {
        meet(left, right, expected);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "PRESERVING, OPEN,        direct",
        "PRESERVING, PRESERVING,  direct",
        "PRESERVING, OPEN_FILTER, direct",
        "RANDOM,     OPEN,        direct",
        "RANDOM,     LEAKY,       relay",
        "RANDOM,     OPEN_FILTER, direct",
        "RANDOM,     RANDOM,      relay",
        "LEAKY,      LEAKY,       direct",
    })
    @EnabledIfSystemProperty(
            named = "taltun.nat",
            matches = "all",
            disabledReason = "minutes; -Dtaltun.nat=all")
    void others(NatKind left, NatKind right, String expected) {
        meet(left, right, expected);
    }

    @Test
    void randomAndPreservingWithPunchPorts() {
        Cell cell = meet(NatKind.PRESERVING, NatKind.RANDOM, PORTS, "direct");
        assertTrue(cell.directMillis() > 0);
    }

    @ParameterizedTest(name = "{0} and {1} with punch_ports: {2}")
    @CsvSource({
        "RANDOM,     PRESERVING,  direct",
        "RANDOM,     LEAKY,       direct",
        "RANDOM,     RANDOM,      relay",
    })
    @EnabledIfSystemProperty(
            named = "taltun.nat",
            matches = "all",
            disabledReason = "minutes; -Dtaltun.nat=all")
    void othersWithPunchPorts(NatKind left, NatKind right, String expected) {
        meet(left, right, PORTS, expected);
    }

    private static void meet(NatKind left, NatKind right, String expected) {
        meet(left, right, 0, expected);
    }

    private static Cell meet(NatKind left, NatKind right, int ports, String expected) {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(left, right).start("punch_ports = " + ports);
            Cell cell = Cell.of(meeting, ports == 0 ? DIRECT : PREDICTED);
            String with = ports == 0 ? "" : " with punch_ports = " + ports;
            System.out.println("NAT matrix: " + left + " and " + right + with + ": " + cell);
            assertEquals(expected, cell.direct() ? "direct" : "relay", meeting::logs);
            assertEquals(0, cell.lost(), meeting::logs);
            if (!cell.direct()) {
                assertFalse(cell.reason().isBlank(), meeting::logs);
            }
            return cell;
        }
    }
}
