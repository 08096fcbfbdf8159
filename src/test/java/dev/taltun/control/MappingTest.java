package dev.taltun.control;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.io.udp.Endpoint;
import org.junit.jupiter.api.Test;

/** What two lighthouses tell of the NAT in front of us. */
class MappingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Endpoint OURS =
            new Endpoint(0, Endpoint.mapped(1), 9, 0, 0, Endpoint.mapped(7));
    private static final Endpoint OTHER_LINE =
            new Endpoint(0, Endpoint.mapped(2), 9, 0, 0, Endpoint.mapped(8));

    private final Mapping mapping = new Mapping();

    private static Endpoint at(int port) {
        return new Endpoint(0, Endpoint.mapped(0xc6336401), port, 0, 0, 0);
    }

    private void seen(String by, int port, long second) {
        mapping.seen(by, new Sighting(at(port), OURS, second * SECOND));
    }

    @Test
    void twoPlacesAtTheSameTimeProveIt() {
        seen("a", 1000, 1);
        assertFalse(mapping.varies());
        seen("b", 2000, 5);
        assertTrue(mapping.varies());
        seen("a", 1000, 14);
        assertTrue(mapping.varies());
    }

    @Test
    void itsAddressIsOurs() {
        assertFalse(mapping.isOurs(at(1000)));
        seen("a", 1000, 1);
        assertTrue(mapping.isOurs(at(2000)));
        assertFalse(mapping.isOurs(OURS));
        mapping.forget("a");
        assertFalse(mapping.isOurs(at(1000)));
    }

    /** There is no NAT that could lead packets around. */
    @Test
    void ourOwnAddressIsNoNats() {
        Endpoint way = new Endpoint(0, Endpoint.mapped(1), 9, 0, 0, at(0).low());
        mapping.seen("a", new Sighting(at(1000), way, SECOND));
        assertFalse(mapping.isOurs(at(2000)));
    }

    @Test
    void onePlaceDisprovesIt() {
        seen("a", 1000, 1);
        seen("b", 1000, 2);
        assertFalse(mapping.varies());
    }

    /** The NAT began anew, and one of them is not there to see that. */
    @Test
    void whatADeadOneSawIsNotCompared() {
        seen("a", 1000, 1);
        seen("b", 1000, 2);
        mapping.forget("a");
        seen("b", 2000, 12);
        seen("b", 2000, 22);
        assertFalse(mapping.varies());
    }

    /** The NAT began anew, and the other lighthouse hears from us a little later. */
    @Test
    void whatWasSeenBeforeAMoveIsNotCompared() {
        seen("a", 1000, 1);
        seen("b", 1000, 2);
        seen("a", 2000, 10);
        assertFalse(mapping.varies());
        seen("b", 2000, 12);
        assertFalse(mapping.varies());
    }

    @Test
    void whatIsOfAnotherTimeIsNotCompared() {
        seen("a", 1000, 1);
        seen("b", 2000, 30);
        assertFalse(mapping.varies());
    }

    @Test
    void whatIsOfAnotherLineOrFamilyIsNotCompared() {
        seen("a", 1000, 1);
        mapping.seen("b", new Sighting(at(2000), OTHER_LINE, 2 * SECOND));
        mapping.seen("c", new Sighting(new Endpoint(1L << 61, 5, 1, 0, 0, 0), OURS, 2 * SECOND));
        assertFalse(mapping.varies());
    }

    /** What was found stays true while the one that is left sees no change. */
    @Test
    void theDeathOfOneDisprovesNothing() {
        seen("a", 1000, 1);
        seen("b", 2000, 2);
        mapping.forget("a");
        seen("b", 2000, 12);
        assertTrue(mapping.varies());
        seen("b", 2001, 22);
        assertFalse(mapping.varies());
    }

    @Test
    void anotherNetworkBeginsWithNothing() {
        seen("a", 1000, 1);
        seen("b", 2000, 2);
        mapping.forget("a");
        mapping.forget("b");
        assertFalse(mapping.varies());
        seen("a", 3000, 3);
        seen("b", 3000, 3);
        assertFalse(mapping.varies());
    }
}
