package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;

/**
 * Which of many descriptors can be read: epoll(7), level-triggered. The set is a descriptor itself,
 * which can be read while one of its members can; a member leaves it when its file is closed.
 * Linked when first used, so that starting does not pay for it. Results as those of {@link Libc}.
 *
 * <pre>
 *   struct epoll_event    x86-64: packed, as 32-bit programs have it     elsewhere
 *    0                    events                                         events
 *    4                    data: here the descriptor                      padding
 *    8                                                                   data
 *   12 / 16
 * </pre>
 */
public final class Epoll {
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int EVENT_BYTES = DATA_OFFSET + Long.BYTES;

    /** The lower half of the data. */
    private static final int DESCRIPTOR_OFFSET =
            DATA_OFFSET + (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : Integer.BYTES);

    private final MemorySegment capture;
    private final MemorySegment events;
    private final int max;

    /**
     * For one thread that asks.
     *
     * @param arena owner of the answers' memory
     * @param max most answers at a time
     */
    public Epoll(Arena arena, int max) {
        capture = SystemCall.newCapture();
        events = arena.allocate((long) max * EVENT_BYTES, Long.BYTES);
        this.max = max;
    }

    /** A new set: its descriptor, the caller's to close. Any thread. */
    public static int create() {
        MemorySegment errno = SystemCall.newCapture();
        return result(SystemCall.call(Handles.EPOLL_CREATE1, errno, Linux.EPOLL_CLOEXEC()), errno);
    }

    /** Adds a descriptor to a set. Any thread. */
    public static int add(int set, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = SystemCall.newCapture();
            MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
            event.set(JAVA_INT_UNALIGNED, 0, Linux.EPOLLIN());
            event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, descriptor);
            return result(
                    SystemCall.call(
                            Handles.EPOLL_CTL,
                            errno,
                            set,
                            Linux.EPOLL_CTL_ADD(),
                            descriptor,
                            event.address(),
                            0,
                            0),
                    errno);
        }
    }

    /** How many members of a set can be read now; {@link #descriptor} tells which. */
    public int ready(int set) {
        return result(
                SystemCall.call(Handles.EPOLL_WAIT, capture, set, events.address(), max, 0, 0, 0),
                capture);
    }

    /** The i-th of those that the last {@link #ready} counted. */
    public int descriptor(int i) {
        return events.get(JAVA_INT_UNALIGNED, (long) i * EVENT_BYTES + DESCRIPTOR_OFFSET);
    }

    private static int result(long result, MemorySegment errno) {
        int narrow = (int) result;
        return narrow >= 0 ? narrow : -SystemCall.errno(errno);
    }

    private static final class Handles {
        static final MethodHandle EPOLL_CREATE1 = LibcHandles.link("epoll_create1");
        static final MethodHandle EPOLL_CTL = LibcHandles.link("epoll_ctl");
        static final MethodHandle EPOLL_WAIT = LibcHandles.link("epoll_wait");
    }
}
