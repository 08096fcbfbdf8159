package dev.taltun.io;

import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Tells network namespaces apart. */
public final class NetworkIdentity {
    private NetworkIdentity() {}

    /**
     * The number of the calling thread's network namespace (SO_NETNS_COOKIE, socket(7)): never
     * given again until the next boot, as its inode is. 0 on kernels before 5.14, which have none.
     */
    public static long cookie() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            int fd = libc.socket(Linux.AF_INET(), Linux.SOCK_DGRAM() | Linux.SOCK_CLOEXEC(), 0);
            if (fd < 0) {
                throw SystemCallException.of("opening a socket", fd, null);
            }
            try {
                MemorySegment cookie = arena.allocate(Long.BYTES, Long.BYTES);
                int result =
                        libc.getsockopt(fd, Linux.SOL_SOCKET(), Linux.SO_NETNS_COOKIE(), cookie);
                return result == Long.BYTES ? cookie.get(Layouts.NATIVE_LONG, 0) : 0;
            } finally {
                libc.close(fd);
            }
        }
    }
}
