package dev.taltun.protocol;

import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * The body of a {@link ControlFrame#TYPE_HELLO}: what a Taltun engine tells another about itself,
 * inside a session, so that nobody can change it on the way.
 *
 * <pre>
 *     0                   1                   2                   3
 *     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *    +---------------+---------------+---------------+---------------+
 *  0 |    version    |     flags     |    offered    |   preferred   |
 *    +---------------+---------------+---------------+---------------+
 *  4 |   insisted    |               capabilities (BE)               |
 *    +---------------+---------------+-------------------------------+
 *  8 |               |   addresses   |   addresses, then candidates ...
 *    +---------------+---------------+
 * </pre>
 *
 * offered, preferred and insisted are sets of cipher suites: bit i stands for suite i. A suite is
 * preferred when the sender measured it as faster than suite 0, insisted on when its user asked for
 * it. An address is its length (4 or 16) and its bytes; they are the sender's virtual addresses. A
 * receiver ignores what follows the part that it knows: later versions append.
 */
public final class Hello {
    public static final int VERSION_OFFSET = ControlFrame.BODY_OFFSET;
    public static final int FLAGS_OFFSET = VERSION_OFFSET + Byte.BYTES;
    public static final int OFFERED_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    public static final int PREFERRED_OFFSET = OFFERED_OFFSET + Byte.BYTES;
    public static final int INSISTED_OFFSET = PREFERRED_OFFSET + Byte.BYTES;
    public static final int CAPABILITIES_OFFSET = INSISTED_OFFSET + Byte.BYTES;
    public static final int ADDRESSES_OFFSET = CAPABILITIES_OFFSET + Integer.BYTES;
    public static final int BYTES_MIN = ADDRESSES_OFFSET + Byte.BYTES;

    /** The version that this class writes. */
    public static final int VERSION = 1;

    /** Answers a HELLO, and so needs no answer. */
    public static final int FLAG_ANSWER = 1;

    /** The sender takes TCP and UDP packets whose checksums hold the pseudo-header's sum only. */
    public static final int CAPABILITY_PARTIAL_CHECKSUMS = 1;

    private Hello() {}

    /** True if a control frame, which was checked, holds every fixed field of a HELLO. */
    public static boolean check(MemorySegment segment, long offset) {
        return ControlFrame.type(segment, offset) == ControlFrame.TYPE_HELLO
                && ControlFrame.HEADER_BYTES + ControlFrame.bodyLength(segment, offset) >= BYTES_MIN
                && unsigned(segment, offset + VERSION_OFFSET) >= VERSION;
    }

    /** Whether it answers one of ours. */
    public static boolean isAnswer(MemorySegment segment, long offset) {
        return (unsigned(segment, offset + FLAGS_OFFSET) & FLAG_ANSWER) != 0;
    }

    /** Suites that the sender can use, as a set of bits. */
    public static int offered(MemorySegment segment, long offset) {
        return unsigned(segment, offset + OFFERED_OFFSET);
    }

    /** Suites that are faster than suite 0 for the sender. */
    public static int preferred(MemorySegment segment, long offset) {
        return unsigned(segment, offset + PREFERRED_OFFSET);
    }

    /** Suites that the sender's user asked for. */
    public static int insisted(MemorySegment segment, long offset) {
        return unsigned(segment, offset + INSISTED_OFFSET);
    }

    /** What the sender can do beside WireGuard, as a set of bits. */
    public static int capabilities(MemorySegment segment, long offset) {
        return segment.get(Layouts.BE_INT, offset + CAPABILITIES_OFFSET);
    }

    private static int unsigned(MemorySegment segment, long offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, offset));
    }

    /**
     * Writes a whole frame without addresses.
     *
     * @return its length in bytes
     */
    public static int write(
            MemorySegment segment,
            long offset,
            boolean answer,
            int offered,
            int preferred,
            int insisted,
            int capabilities) {
        int bytes = BYTES_MIN;
        ControlFrame.putHeader(
                segment, offset, ControlFrame.TYPE_HELLO, bytes - ControlFrame.HEADER_BYTES);
        segment.set(Layouts.BYTE, offset + VERSION_OFFSET, (byte) VERSION);
        segment.set(Layouts.BYTE, offset + FLAGS_OFFSET, (byte) (answer ? FLAG_ANSWER : 0));
        segment.set(Layouts.BYTE, offset + OFFERED_OFFSET, (byte) offered);
        segment.set(Layouts.BYTE, offset + PREFERRED_OFFSET, (byte) preferred);
        segment.set(Layouts.BYTE, offset + INSISTED_OFFSET, (byte) insisted);
        segment.set(Layouts.BE_INT, offset + CAPABILITIES_OFFSET, capabilities);
        segment.set(Layouts.BYTE, offset + ADDRESSES_OFFSET, (byte) 0);
        return bytes;
    }
}
