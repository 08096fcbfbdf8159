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
    private static final String DIRECTLY = "direct";

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
        Cell cell = meet(NatKind.PRESERVING, NatKind.RANDOM, 320, DIRECTLY);
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
        meet(left, right, 320, expected);
    }

    private static void meet(NatKind left, NatKind right, String expected) {
        meet(left, right, 0, expected);
    }

    /**
     * One of 600 attempts at 320 ports finds none, which is no fault, and the next would come after
     * a minute: others meet then. That two of them find none is one.
     */
    private static Cell meet(NatKind left, NatKind right, int ports, String expected) {
        if (ports > 0 && expected.equals(DIRECTLY)) {
            Cell cell = attempt(left, right, ports, "");
            if (cell.direct()) {
                return cell;
            }
        }
        return attempt(left, right, ports, expected);
    }

    /**
     * @param expected {@value DIRECTLY}, relay, or empty for either
     */
    private static Cell attempt(NatKind left, NatKind right, int ports, String expected) {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(left, right).start("punch_ports = " + ports);
            Cell cell = Cell.of(meeting, ports == 0 ? DIRECT : PREDICTED);
            String with = ports == 0 ? "" : " with punch_ports = " + ports;
            System.out.println("NAT matrix: " + left + " and " + right + with + ": " + cell);
            String came = cell.direct() ? DIRECTLY : "relay";
            assertEquals(expected.isEmpty() ? came : expected, came, meeting::logs);
            assertEquals(0, cell.lost(), meeting::logs);
            if (!cell.direct()) {
                assertFalse(cell.reason().isBlank(), meeting::logs);
            }
            return cell;
        }
    }
}
