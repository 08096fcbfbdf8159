package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
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
        capture = arena.allocate(LibcHandles.CAPTURE_BYTES, LibcHandles.CAPTURE_ALIGNMENT);
        events = arena.allocate((long) max * EVENT_BYTES, Long.BYTES);
        this.max = max;
    }

    /** A new set: its descriptor, the caller's to close. Any thread. */
    public static int create() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno =
                    arena.allocate(LibcHandles.CAPTURE_BYTES, LibcHandles.CAPTURE_ALIGNMENT);
            long flags = Linux.EPOLL_CLOEXEC();
            return result((long) Handles.EPOLL_CREATE1.invokeExact(errno, flags), errno);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Adds a descriptor to a set. Any thread. */
    public static int add(int set, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno =
                    arena.allocate(LibcHandles.CAPTURE_BYTES, LibcHandles.CAPTURE_ALIGNMENT);
            MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
            event.set(JAVA_INT_UNALIGNED, 0, Linux.EPOLLIN());
            event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, descriptor);
            return result(
                    (long)
                            Handles.EPOLL_CTL.invokeExact(
                                    errno,
                                    (long) set,
                                    (long) Linux.EPOLL_CTL_ADD(),
                                    (long) descriptor,
                                    event.address()),
                    errno);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** How many members of a set can be read now; {@link #descriptor} tells which. */
    public int ready(int set) {
        try {
            return result(
                    (long)
                            Handles.EPOLL_WAIT.invokeExact(
                                    capture, (long) set, events.address(), (long) max, 0L),
                    capture);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** The i-th of those that the last {@link #ready} counted. */
    public int descriptor(int i) {
        return events.get(JAVA_INT_UNALIGNED, (long) i * EVENT_BYTES + DESCRIPTOR_OFFSET);
    }

    private static int result(long result, MemorySegment errno) {
        int narrow = (int) result;
        return narrow >= 0 ? narrow : -errno.get(JAVA_INT, LibcHandles.ERRNO_OFFSET);
    }

    private static Error unexpected(Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        return t instanceof Error e ? e : new AssertionError("a system call threw", t);
    }

    private static final class Handles {
        static final MethodHandle EPOLL_CREATE1 = LibcHandles.link("epoll_create1", 1);
        static final MethodHandle EPOLL_CTL = LibcHandles.link("epoll_ctl", 4);
        static final MethodHandle EPOLL_WAIT = LibcHandles.link("epoll_wait", 4);
    }
}
