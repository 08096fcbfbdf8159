package dev.taltun.io.unix;

import dev.taltun.ffi.Descriptors;
import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.Structs;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.pollfd;
import dev.taltun.io.SystemCallException;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * A listening Unix stream socket that only its owner may connect to. Its name goes when it is
 * closed, unless the name stands for somebody else's socket by then.
 */
public final class UnixListener implements AutoCloseable {
    /** Connections at a time; those beyond wait in the kernel. */
    public static final int CONNECTIONS = 32;

    /** Connections that may wait to be accepted, as many as wireguard-go grants. */
    private static final int BACKLOG = 128;

    private static final int OWNER_ONLY = 0600;
    private static final int POLLS = CONNECTIONS + 2;
    private static final long ENTRY = pollfd.layout().byteSize();
    private static final int SHUT = Linux.POLLERR() | Linux.POLLHUP() | Linux.POLLNVAL();

    private final Arena arena = Arena.ofAuto();
    private final Libc libc = Libc.open();
    private final Libc wakeLibc = Libc.open();
    private final MemorySegment polls = arena.allocate(pollfd.layout(), POLLS);
    private final MemorySegment one = arena.allocate(Long.BYTES);
    private final MemorySegment drain = arena.allocate(Long.BYTES);
    private final Path path;
    private final Fd socket;
    private final Fd event;
    private final Object identity;

    private UnixListener(Path path, Fd socket) throws IOException {
        this.path = path;
        this.socket = socket;
        try {
            identity = identityOf(path);
            int number = libc.eventfd(0, Linux.EFD_CLOEXEC() | Linux.EFD_NONBLOCK());
            if (number < 0) {
                throw SystemCallException.of("creating an eventfd", number, "raise ulimit -n");
            }
            event = new Fd(number);
            one.set(Layouts.NATIVE_LONG, 0, 1);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Listens under a name. A name that a dead program left is taken over; one that a living
     * program answers under is not.
     *
     * @param path in a directory that is there
     * @throws IOException with one line for the user
     */
    @SuppressWarnings("MustBeClosedChecker") // the caller closes what is returned
    public static UnixListener listen(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            MemorySegment address = address(arena, path);
            Fd fd = open(libc, path);
            try {
                int result = libc.bind(fd.number(), address);
                if (result == -Errno.EADDRINUSE && isAbandoned(libc, address, path)) {
                    libc.unlink(path.toString());
                    result = libc.bind(fd.number(), address);
                }
                if (result < 0) {
                    throw failed(path, result, remedy(result));
                }
                result = libc.listen(fd.number(), BACKLOG);
                if (result < 0) {
                    throw failed(path, result, null);
                }
            } catch (IOException | RuntimeException e) {
                fd.close();
                throw e;
            }
            return new UnixListener(path, fd);
        }
    }

    /**
     * Takes over a socket on which somebody else has begun to listen.
     *
     * @param number its descriptor, which is this object's from now on
     * @throws IOException with one line for the user, when it is something else
     */
    @SuppressWarnings("MustBeClosedChecker") // the caller closes what is returned
    public static UnixListener adopt(int number) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = Libc.open();
            MemorySegment address = arena.allocate(Structs.SOCKADDR_UN_BYTES, Short.BYTES);
            int length = libc.getsockname(number, address);
            // A listening one has nobody to accept at worst; any other cannot accept.
            int flags = Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
            boolean local =
                    length >= 0
                            && address.get(Layouts.NATIVE_SHORT, Structs.SOCKADDR_FAMILY)
                                    == Linux.AF_UNIX();
            int accepted = -Errno.EINVAL;
            if (local) {
                libc.fcntl(number, Linux.F_SETFL(), Linux.O_RDWR() | Linux.O_NONBLOCK());
                accepted = libc.accept4(number, 0, 0, flags);
            }
            if (accepted >= 0) {
                // Whoever was that fast asks again.
                libc.close(accepted);
            }
            boolean listening = accepted >= 0 || accepted == -Errno.EAGAIN;
            if (!listening || length <= Structs.SOCKADDR_UN_PATH) {
                throw new IOException(
                        "descriptor "
                                + number
                                + " is not a listening Unix socket with a name; name one that is, or"
                                + " let Taltun open its own");
            }
            libc.fcntl(number, Linux.F_SETFD(), Linux.FD_CLOEXEC());
            Path path = Path.of(address.getString(Structs.SOCKADDR_UN_PATH));
            return new UnixListener(path, new Fd(number));
        }
    }

    private static Fd open(Libc libc, Path path) throws IOException {
        int type = Linux.SOCK_STREAM() | Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
        int number = libc.socket(Linux.AF_UNIX(), type, 0);
        if (number < 0) {
            throw failed(path, number, null);
        }
        Fd fd = new Fd(number);
        // Before bind: the name must never be there with more permissions.
        int result = Descriptors.chmod(number, OWNER_ONLY);
        if (result < 0) {
            fd.close();
            throw failed(path, result, null);
        }
        return fd;
    }

    private static MemorySegment address(Arena arena, Path path) throws IOException {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length >= Linux.SUN_PATH_BYTES()) {
            throw failed(path, -Errno.EINVAL, "the name is too long");
        }
        MemorySegment address = arena.allocate(Structs.SOCKADDR_UN_BYTES, Short.BYTES);
        address.set(Layouts.NATIVE_SHORT, Structs.SOCKADDR_FAMILY, (short) Linux.AF_UNIX());
        MemorySegment.copy(name, 0, address, Layouts.BYTE, Structs.SOCKADDR_UN_PATH, name.length);
        return address;
    }

    /** Whether nobody listens under a name that is there. */
    private static boolean isAbandoned(Libc libc, MemorySegment address, Path path)
            throws IOException {
        try (Fd probe = open(libc, path)) {
            return libc.connect(probe.number(), address) == -Errno.ECONNREFUSED;
        }
    }

    private static String remedy(int result) {
        return switch (-result) {
            case Errno.EADDRINUSE -> "another program serves an interface of that name";
            case Errno.EACCES, Errno.EPERM -> "run as root";
            default -> null;
        };
    }

    private static SystemCallException failed(Path path, int result, String remedy) {
        return SystemCallException.of("control socket " + path, result, remedy);
    }

    private static Object identityOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Whether the name still leads here; it may have been removed, or taken over. */
    public boolean isNamed() {
        try {
            return identity.equals(identityOf(path));
        } catch (IOException e) {
            return false;
        }
    }

    /** A connection that waits, or null. */
    @SuppressWarnings("MustBeClosedChecker") // the caller closes what is returned
    public UnixConnection accept() {
        int flags = Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
        int number = libc.accept4(socket.number(), 0, 0, flags);
        return number < 0 ? null : new UnixConnection(libc, new Fd(number));
    }

    /**
     * Sleeps until there is a connection to accept, one of the open ones has what it waits for, a
     * wake-up comes, or the time is over.
     *
     * @param open at most {@link #CONNECTIONS}
     */
    public void await(List<UnixConnection> open, long maxNanos) {
        int accepting = open.size() < CONNECTIONS ? Linux.POLLIN() : 0;
        set(0, event.number(), Linux.POLLIN());
        set(1, socket.number(), accepting);
        for (int i = 0; i < open.size(); i++) {
            UnixConnection connection = open.get(i);
            set(i + 2, connection.number(), connection.events());
        }
        int millis = (int) Math.min(Integer.MAX_VALUE, (maxNanos + 999_999) / 1_000_000);
        if (libc.poll(polls.address(), open.size() + 2, millis) <= 0) {
            return;
        }
        if (returned(0) != 0) {
            libc.read(event.number(), drain);
        }
        for (int i = 0; i < open.size(); i++) {
            int events = returned(i + 2);
            open.get(i).ready((events & (open.get(i).events() | SHUT)) != 0);
        }
    }

    private void set(int slot, int number, int events) {
        MemorySegment entry = polls.asSlice(slot * ENTRY, ENTRY);
        pollfd.fd(entry, number);
        pollfd.events(entry, (short) events);
        pollfd.revents(entry, (short) 0);
    }

    private int returned(int slot) {
        return pollfd.revents(polls.asSlice(slot * ENTRY, ENTRY));
    }

    /** Ends the sleep. Any thread. */
    public void wakeUp() {
        if (event.isOpen()) {
            wakeLibc.write(event.number(), one.address(), Long.BYTES);
        }
    }

    /** After the thread that sleeps here has ended. */
    @Override
    public void close() {
        if (isNamed()) {
            libc.unlink(path.toString());
        }
        socket.close();
        event.close();
    }
}
