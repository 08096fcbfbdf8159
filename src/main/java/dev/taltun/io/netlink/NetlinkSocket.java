package dev.taltun.io.netlink;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.sockaddr_nl;
import dev.taltun.ffi.linux.timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A routing netlink socket: one request at a time, each waited for. Owns descriptor, buffers and
 * errno memory (a shared arena, so that another thread may close it). The caller serialises.
 *
 * <p>It is connected to port 0, the kernel: messages of other processes cannot reach it.
 */
final class NetlinkSocket implements AutoCloseable {
    /** The kernel fills dumps into datagrams of at most 32 KiB; one message may need more. */
    private static final long RECEIVE_BYTES = 128 * 1024;

    /** The kernel answers synchronously: this is never reached unless an answer was lost. */
    private static final long ANSWER_TIMEOUT_SECONDS = 5;

    private final Arena arena;
    private final Libc libc;
    private final Fd fd;
    private final Request request;
    private final MemorySegment received;
    private int sequence;

    private NetlinkSocket(Arena arena, Libc libc, Fd fd) {
        this.arena = arena;
        this.libc = libc;
        this.fd = fd;
        this.request = new Request(arena);
        this.received = arena.allocate(RECEIVE_BYTES, Long.BYTES);
    }

    /** Opens a socket in the network namespace of the calling thread. */
    @SuppressWarnings("MustBeClosedChecker") // the socket owns the arena
    static NetlinkSocket open() throws NetlinkException {
        Arena arena = Arena.ofShared();
        Libc libc = Libc.open();
        int type = Linux.SOCK_RAW() | Linux.SOCK_CLOEXEC();
        int number = libc.socket(Linux.AF_NETLINK(), type, Linux.NETLINK_ROUTE());
        if (number < 0) {
            arena.close();
            throw Operation.OPEN.failed("opening a netlink socket", Reply.failed(-number));
        }
        NetlinkSocket socket = new NetlinkSocket(arena, libc, new Fd(number));
        int result = socket.configure();
        if (result < 0) {
            socket.close();
            throw Operation.OPEN.failed("setting up a netlink socket", Reply.failed(-result));
        }
        return socket;
    }

    private int configure() {
        // Better error texts, less echo: kernels before 4.12 lack them and do without.
        libc.setsockopt(fd.number(), Linux.SOL_NETLINK(), Linux.NETLINK_EXT_ACK(), 1);
        libc.setsockopt(fd.number(), Linux.SOL_NETLINK(), Linux.NETLINK_CAP_ACK(), 1);
        MemorySegment timeout = arena.allocate(timespec.layout()); // same shape as timeval
        timespec.tv_sec(timeout, ANSWER_TIMEOUT_SECONDS);
        int option = Linux.SO_RCVTIMEO();
        int result = libc.setsockopt(fd.number(), Linux.SOL_SOCKET(), option, timeout);
        if (result < 0) {
            return result;
        }
        MemorySegment kernel = sockaddr_nl.allocate(arena);
        sockaddr_nl.nl_family(kernel, (short) Linux.AF_NETLINK());
        return libc.connect(fd.number(), kernel);
    }

    /** The message to fill before {@link #transact}. */
    Request request() {
        return request;
    }

    /**
     * Sends {@link #request} and waits until the kernel has acknowledged or refused it.
     *
     * @param consumer is given every message of the answer, to read before it returns
     */
    Reply transact(Consumer<Messages> consumer) {
        MemorySegment message = request.finish(++sequence);
        long sent;
        do {
            sent = libc.sendto(fd.number(), message, 0, MemorySegment.NULL);
        } while (sent == -Errno.EINTR);
        if (sent < 0) {
            return Reply.failed((int) -sent);
        }
        boolean interrupted = false;
        while (true) {
            long length = libc.recv(fd.number(), received, Linux.MSG_TRUNC());
            if (length == -Errno.EINTR) {
                continue;
            }
            if (length < 0 || length > RECEIVE_BYTES) {
                return Reply.failed(length < 0 ? (int) -length : Errno.EMSGSIZE);
            }
            Messages messages = new Messages(received.asSlice(0, length));
            while (messages.next()) {
                if (messages.sequence() != sequence) {
                    continue; // answer to an earlier request that was given up
                }
                interrupted |= messages.isInterrupted();
                if (messages.type() == Linux.NLMSG_ERROR()) {
                    return new Reply(messages.errno(), messages.errorText(), interrupted);
                }
                if (messages.type() == Linux.NLMSG_DONE()) {
                    return new Reply(messages.errno(), "", interrupted);
                }
                if (messages.type() >= Linux.NLMSG_MIN_TYPE()) {
                    consumer.accept(messages);
                }
            }
        }
    }

    @Override
    public void close() {
        fd.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
