package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.taltun.netns.NamespaceTest;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pairs of routers let two nodes reach each other directly. Prints a line for each. */
@NamespaceTest
final class NatMatrixTest {
    private static final Duration DIRECT = Duration.ofSeconds(5);

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "PRESERVING, OPEN,        direct",
        "PRESERVING, PRESERVING,  direct",
        "PRESERVING, LEAKY,       direct",
        "PRESERVING, OPEN_FILTER, direct",
        "PRESERVING, RANDOM,      relay",
        "RANDOM,     OPEN,        direct",
        "RANDOM,     LEAKY,       relay",
        "RANDOM,     OPEN_FILTER, direct",
        "RANDOM,     RANDOM,      relay",
        "LEAKY,      LEAKY,       direct",
    })
    void outcome(NatKind left, NatKind right, String expected) {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(left, right).start("");
            Cell cell = Cell.of(meeting, DIRECT);
            System.out.println("NAT matrix: " + left + " and " + right + ": " + cell);
            assertEquals(expected, cell.direct() ? "direct" : "relay", meeting::logs);
            assertEquals(0, cell.lost(), meeting::logs);
            if (!cell.direct()) {
                assertFalse(cell.reason().isBlank(), meeting::logs);
            }
        }
    }
}
