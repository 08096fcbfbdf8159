package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * A message from one Taltun engine to another inside an established session.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+-------------------------------+
 *  0 |       0       |     type      |   length of the body (BE)     |
 *    +---------------+---------------+-------------------------------+
 *  4 |                 body (length bytes), then padding             |
 *    +---------------------------------------------------------------+
 * </pre>
 *
 * A plaintext whose first four bits are 0 is no IP packet, so that other WireGuard implementations
 * drop it silently. Unknown types are ignored.
 */
public final class ControlFrame {
    public static final int MARK_OFFSET = 0;
    public static final int TYPE_OFFSET = MARK_OFFSET + Byte.BYTES;
    public static final int LENGTH_OFFSET = TYPE_OFFSET + Byte.BYTES;
    public static final int BODY_OFFSET = LENGTH_OFFSET + Short.BYTES;
    public static final int HEADER_BYTES = BODY_OFFSET;

    /** Version, capabilities, suites, VIPs and endpoint candidates of the sender. */
    public static final int TYPE_HELLO = 1;

    /** {@link Register}. */
    public static final int TYPE_REGISTER = 2;

    /** {@link Observed}. */
    public static final int TYPE_OBSERVED = 3;

    /** {@link Query}. */
    public static final int TYPE_QUERY = 4;

    /** {@link PeerUpdate}. */
    public static final int TYPE_PEER_UPDATE = 5;

    /** {@link Probe}. */
    public static final int TYPE_PROBE = 6;

    /** {@link Probe}. */
    public static final int TYPE_PROBE_ANSWER = 7;

    /** {@link RelayProbe}. */
    public static final int TYPE_RELAY_PROBE = 8;

    /** {@link RelayProbe}. */
    public static final int TYPE_RELAY_PROBE_ANSWER = 9;

    /** {@link RelayProbe}: the sender has opened its NAT for us; our packets may come. */
    public static final int TYPE_OPENED = 10;

    /** {@link RelayProbe}: the sender's user wants no direct path to us; it will not answer. */
    public static final int TYPE_RELAY_ONLY = 12;

    /** {@link FilterCheck}. */
    public static final int TYPE_FILTER_CHECK = 11;

    /** Capability: answers probes, and connects to peers that a lighthouse tells of. */
    public static final int CAPABILITY_PATHS = 1;

    /** Capability: in front of it is a NAT that shows another port to every destination. */
    public static final int CAPABILITY_VARIES = 2;

    /** Capability: guesses ports, or opens many to be guessed, whichever side it is on. */
    public static final int CAPABILITY_PREDICTS = 4;

    private ControlFrame() {}

    /** True if the plaintext is a control frame, well-formed or not, rather than an IP packet. */
    public static boolean isControl(MemorySegment segment, long offset, long length) {
        return length > 0 && (segment.get(Layouts.BYTE, offset + MARK_OFFSET) & 0xf0) == 0;
    }

    /** True if the plaintext is a control frame that holds its whole body. */
    public static boolean check(MemorySegment segment, long offset, long length) {
        return length >= HEADER_BYTES
                && segment.get(Layouts.BYTE, offset + MARK_OFFSET) == 0
                && bodyLength(segment, offset) <= length - HEADER_BYTES;
    }

    public static int type(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset + TYPE_OFFSET));
    }

    public static int bodyLength(MemorySegment segment, long offset) {
        return Short.toUnsignedInt(segment.get(Layouts.BE_SHORT, offset + LENGTH_OFFSET));
    }

    /** Writes the header; the body of {@code bodyLength} bytes belongs at {@link #BODY_OFFSET}. */
    public static void putHeader(MemorySegment segment, long offset, int type, int bodyLength) {
        segment.set(Layouts.BYTE, offset + MARK_OFFSET, (byte) 0);
        segment.set(Layouts.BYTE, offset + TYPE_OFFSET, (byte) type);
        segment.set(Layouts.BE_SHORT, offset + LENGTH_OFFSET, (short) bodyLength);
    }
}
