package dev.taltun.ffi;

import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls on descriptors that a running engine makes once in a while; linked when first used, so that
 * starting does not pay for them. Results as those of {@link Libc}. Any thread.
 */
public final class Descriptors {
    private Descriptors() {}

    /**
     * Makes an open number stand for another open file: whoever uses the number goes on with that
     * from his next call, and the file it stood for is closed. See dup3(2).
     *
     * @param number the number to keep
     * @param other stays open, and the caller's
     */
    public static int replace(int number, int other) {
        return call(Handles.DUP3, other, number, Linux.O_CLOEXEC());
    }

    /** Sets the mode of a file; of a socket that is not bound yet, that of its name to be. */
    public static int chmod(int number, int mode) {
        return call(Handles.FCHMOD, number, mode, 0);
    }

    private static int call(MethodHandle handle, long first, long second, long third) {
        MemorySegment capture = SystemCall.newCapture();
        int result = (int) SystemCall.call(handle, capture, first, second, third);
        return result >= 0 ? result : -SystemCall.errno(capture);
    }

    private static final class Handles {
        static final MethodHandle DUP3 = LibcHandles.link("dup3");
        static final MethodHandle FCHMOD = LibcHandles.link("fchmod");
    }
}
