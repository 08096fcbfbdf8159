package dev.taltun.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The frames by which nodes and lighthouses find paths. */
class SignalFramesTest {
    private static final int AT = 5;
    private static final long HIGH = 0x2001_0db8_0000_0001L;

    private final MemorySegment memory = Arena.ofAuto().allocate(2048);

    private void putLists(long whereabouts, int addresses, int places) {
        for (int i = 0; i < addresses; i++) {
            Whereabouts.putAddress(memory, whereabouts, i, HIGH, i);
        }
        for (int i = 0; i < places; i++) {
            long place = Whereabouts.placeAt(memory, whereabouts, i);
            Place.put(memory, place, HIGH, -i, 65_535 - i);
        }
    }

    private void checkLists(long whereabouts, int addresses, int places) {
        assertEquals(addresses, Whereabouts.addresses(memory, whereabouts));
        assertEquals(places, Whereabouts.places(memory, whereabouts));
        for (int i = 0; i < addresses; i++) {
            assertEquals(HIGH, Whereabouts.addressHigh(memory, whereabouts, i));
            assertEquals(i, Whereabouts.addressLow(memory, whereabouts, i));
        }
        for (int i = 0; i < places; i++) {
            long place = Whereabouts.placeAt(memory, whereabouts, i);
            assertEquals(HIGH, Place.high(memory, place));
            assertEquals(-i, Place.low(memory, place));
            assertEquals(65_535 - i, Place.port(memory, place));
        }
    }

    @Property(tries = 100)
    void registrationsReadAsWritten(
            @ForAll @IntRange(max = Whereabouts.ADDRESSES_MAX) int addresses,
            @ForAll @IntRange(max = Whereabouts.PLACES_MAX) int places,
            @ForAll int transaction) {
        int bytes = Register.put(memory, AT, transaction, 3, addresses, places);
        putLists(AT + Register.WHEREABOUTS_OFFSET, addresses, places);
        assertTrue(bytes <= Register.BYTES_MAX && bytes >= Observed.BYTES);
        assertTrue(ControlFrame.check(memory, AT, bytes));
        assertFalse(ControlFrame.check(memory, AT, bytes - 1));
        assertTrue(Register.check(memory, AT));
        assertEquals(ControlFrame.TYPE_REGISTER, ControlFrame.type(memory, AT));
        assertEquals(transaction, Register.transaction(memory, AT));
        assertEquals(3, Register.capabilities(memory, AT));
        checkLists(AT + Register.WHEREABOUTS_OFFSET, addresses, places);
    }

    @Property(tries = 100)
    void updatesReadAsWritten(
            @ForAll @IntRange(max = Whereabouts.ADDRESSES_MAX) int addresses,
            @ForAll @IntRange(max = Whereabouts.PLACES_MAX) int places,
            @ForAll @IntRange(max = 255) int flags) {
        int bytes = PeerUpdate.put(memory, AT, flags, -7, addresses, places);
        putLists(AT + PeerUpdate.WHEREABOUTS_OFFSET, addresses, places);
        assertTrue(ControlFrame.check(memory, AT, bytes));
        assertTrue(PeerUpdate.check(memory, AT));
        assertEquals(flags, PeerUpdate.flags(memory, AT));
        assertEquals(0, PeerUpdate.capabilities(memory, AT));
        PeerUpdate.putCapabilities(memory, AT, 255 - flags);
        assertEquals(255 - flags, PeerUpdate.capabilities(memory, AT));
        assertEquals(flags, PeerUpdate.flags(memory, AT));
        assertEquals(-7, PeerUpdate.transaction(memory, AT));
        checkLists(AT + PeerUpdate.WHEREABOUTS_OFFSET, addresses, places);
        // One list entry too many for the body.
        Whereabouts.putCounts(memory, AT + PeerUpdate.WHEREABOUTS_OFFSET, addresses, places + 1);
        assertFalse(PeerUpdate.check(memory, AT));
    }

    @Test
    void lengths() {
        assertEquals(18, Place.BYTES);
        assertEquals(210, Whereabouts.BYTES_MAX);
        assertEquals(12, Register.WHEREABOUTS_OFFSET);
        assertEquals(26, Observed.BYTES);
        assertEquals(44, PeerUpdate.WHEREABOUTS_OFFSET);
        assertEquals(40, Query.FLAGS_OFFSET);
        assertEquals(30, Probe.BYTES);
    }

    /** Who asks sends at least as much as all that are told by the answer and the request. */
    @Test
    void nothingIsAnsweredByMore() {
        assertTrue(Query.BYTES >= 2 * PeerUpdate.BYTES_MAX);
        assertTrue(Register.BYTES_MIN >= Observed.BYTES);
        Probe.put(memory, AT, 5);
        int probe = ControlFrame.bodyLength(memory, AT);
        Probe.putAnswer(memory, AT, 5);
        assertEquals(probe, ControlFrame.bodyLength(memory, AT));
    }

    @Test
    void probesAndQueriesReadAsWritten() {
        Probe.put(memory, AT, Long.MIN_VALUE + 3);
        assertTrue(Probe.check(memory, AT));
        assertEquals(Long.MIN_VALUE + 3, Probe.transaction(memory, AT));
        assertEquals(ControlFrame.TYPE_PROBE, ControlFrame.type(memory, AT));
        Query.put(memory, AT, 9, Query.FLAG_PAYS);
        assertTrue(Query.check(memory, AT));
        assertEquals(9, Query.transaction(memory, AT));
        assertEquals(Query.FLAG_PAYS, Query.flags(memory, AT));
        ControlFrame.putHeader(memory, AT, ControlFrame.TYPE_QUERY, 60);
        assertFalse(Query.check(memory, AT), "a query that does not pay for its answer");
    }

    /** Whatever a frame holds: a check, and if that passes every field within the frame. */
    @Property(tries = 2000)
    void randomBytesNeverReachBeyondTheFrame(
            @ForAll @Size(max = 300) byte[] bytes,
            @ForAll @IntRange(max = ControlFrame.TYPE_FILTER_CHECK + 1) int type) {
        MemorySegment exact = Arena.ofAuto().allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, exact, Layouts.BYTE, 0, bytes.length);
        if (bytes.length >= ControlFrame.HEADER_BYTES) {
            int body = bytes.length - ControlFrame.HEADER_BYTES;
            ControlFrame.putHeader(exact, 0, type, body);
        }
        if (!ControlFrame.check(exact, 0, bytes.length)) {
            return;
        }
        if (Register.check(exact, 0)) {
            Register.transaction(exact, 0);
            Register.capabilities(exact, 0);
            readLists(exact, Register.WHEREABOUTS_OFFSET);
        }
        if (PeerUpdate.check(exact, 0)) {
            PeerUpdate.flags(exact, 0);
            PeerUpdate.transaction(exact, 0);
            readLists(exact, PeerUpdate.WHEREABOUTS_OFFSET);
        }
        if (Observed.check(exact, 0)) {
            Observed.transaction(exact, 0);
            Place.port(exact, Observed.PLACE_OFFSET);
        }
        if (Probe.check(exact, 0)) {
            Probe.transaction(exact, 0);
            Place.port(exact, Probe.PLACE_OFFSET);
        }
        if (RelayProbe.check(exact, 0)) {
            RelayProbe.transaction(exact, 0);
            exact.get(Layouts.BYTE, RelayProbe.KEY_OFFSET + Limits.PUBLIC_KEY_BYTES - 1L);
        }
        if (FilterCheck.check(exact, 0)) {
            FilterCheck.token(exact, 0);
        }
        assertFalse(Query.check(exact, 0));
    }

    private static void readLists(MemorySegment memory, long at) {
        for (int i = 0; i < Whereabouts.addresses(memory, at); i++) {
            Whereabouts.addressLow(memory, at, i);
        }
        for (int i = 0; i < Whereabouts.places(memory, at); i++) {
            Place.port(memory, Whereabouts.placeAt(memory, at, i));
        }
    }

    @Property(tries = 20)
    void probesThroughARelayReadAsWritten(
            @ForAll long transaction, @ForAll @IntRange(min = 8, max = 10) int type) {
        RelayProbe.put(memory, AT, type, transaction);
        assertTrue(RelayProbe.isOne(type));
        assertTrue(ControlFrame.check(memory, AT, RelayProbe.BYTES));
        assertTrue(RelayProbe.check(memory, AT));
        assertEquals(transaction, RelayProbe.transaction(memory, AT));
        assertEquals(type, ControlFrame.type(memory, AT));
        memory.set(
                Layouts.BE_SHORT,
                AT + ControlFrame.LENGTH_OFFSET,
                (short) (RelayProbe.BYTES - ControlFrame.HEADER_BYTES - 1));
        assertFalse(RelayProbe.check(memory, AT));
    }

    @Property(tries = 20)
    void filterChecksAndStraysReadAsWritten(@ForAll long token, @ForAll int index) {
        FilterCheck.put(memory, AT, token);
        assertTrue(ControlFrame.check(memory, AT, FilterCheck.BYTES));
        assertTrue(FilterCheck.check(memory, AT));
        assertEquals(token, FilterCheck.token(memory, AT));
        assertEquals(ControlFrame.TYPE_FILTER_CHECK, ControlFrame.type(memory, AT));
        memory.asSlice(AT, FilterCheck.STRAY_BYTES).fill((byte) 0x55);
        FilterCheck.putStray(memory, AT, index, token);
        assertTrue(MessageHeader.check(memory, AT, FilterCheck.STRAY_BYTES));
        assertEquals(MessageType.COOKIE_REPLY, MessageHeader.type(memory, AT));
        assertEquals(index, CookieReply.receiver(memory, AT));
        assertEquals(token, FilterCheck.strayToken(memory, AT));
        // Sealed, the question is longer by its header and tag.
        assertTrue(FilterCheck.STRAY_BYTES <= FilterCheck.BYTES + 32);
    }
}
