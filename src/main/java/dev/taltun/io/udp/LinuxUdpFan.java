package dev.taltun.io.udp;

import dev.taltun.ffi.Descriptors;
import dev.taltun.ffi.Epoll;
import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A fan of UDP sockets of the kernel, as a node's own socket but for the port.
 *
 * <p>A socket's number is its descriptor's, so senders need no table. A number that was given once
 * stays the fan's until the fan is closed: while no socket has it, it stands for something that
 * takes no datagrams, so that a thread that still sends there meets an error and never a stranger's
 * file. An idle socket costs the kernel about a kilobyte.
 */
public final class LinuxUdpFan implements UdpFan, AutoCloseable {
    /** Sockets that are ready, looked at in one go. */
    private static final int READY_MAX = 16;

    /** Receives from one socket before the others are looked at, too. */
    private static final int TURNS_MAX = 16;

    private final LinuxUdpSocket main;
    private final UdpOptions options;
    private final int most;
    private final Fd set;

    /** All numbers that were ever given, with the socket that each was given for first. */
    private final Map<Integer, LinuxUdpSocket> numbers = new HashMap<>();

    private final Deque<Integer> free = new ArrayDeque<>();

    private LinuxUdpFan(LinuxUdpSocket main, UdpOptions options, int most, Fd set) {
        this.main = main;
        this.options = options;
        this.most = most;
        this.set = set;
    }

    /**
     * A fan without sockets.
     *
     * @param main the node's own socket, whose mark they get
     * @param options as those of {@code main}
     * @param most sockets at a time
     * @throws IOException when the kernel refuses
     */
    public static LinuxUdpFan of(LinuxUdpSocket main, UdpOptions options, int most)
            throws IOException {
        int number = Epoll.create();
        if (number < 0) {
            throw SystemCallException.of("creating an epoll set", number, "raise ulimit -n");
        }
        return new LinuxUdpFan(main, options, most, new Fd(number));
    }

    /** The descriptor that can be read while one of the sockets can. */
    public int fd() {
        return set.number();
    }

    @Override
    public int open() {
        if (free.isEmpty() && numbers.size() >= most) {
            return -Errno.EMFILE;
        }
        UdpOptions own =
                new UdpOptions(
                        options.address(), 0, false, main.mark(), options.gso(), options.gro());
        LinuxUdpSocket next;
        try {
            next = LinuxUdpSocket.open(own);
        } catch (IOException e) {
            return -Errno.EMFILE;
        }
        return number(next);
    }

    /** Gives a socket a number that is free, or its own. */
    private int number(LinuxUdpSocket next) {
        int number = next.fd();
        if (free.isEmpty()) {
            numbers.put(number, next);
        } else {
            number = free.remove();
            try (next) {
                Descriptors.replace(number, next.fd());
            }
        }
        refuseErrors(number);
        Epoll.add(set.number(), number);
        return number;
    }

    /**
     * Errors are not queued: datagrams that are meant to get no farther than the next router bring
     * one each, and a socket that has some counts as readable.
     */
    private static void refuseErrors(int number) {
        Libc libc = Libc.open();
        libc.setsockopt(number, Linux.SOL_IP(), Linux.IP_RECVERR(), 0);
        libc.setsockopt(number, Linux.SOL_IPV6(), Linux.IPV6_RECVERR(), 0);
    }

    @Override
    public void close(int via) {
        if (numbers.containsKey(via) && !free.contains(via)) {
            Descriptors.replace(via, set.number());
            free.add(via);
        }
    }

    /** Receives from all of them, for one thread. */
    public UdpReceiver newReceiver(Arena arena, RxBatch batch) {
        LinuxUdpReceiver core =
                new LinuxUdpReceiver(arena, -1, main.ipv6(), batch, new AtomicBoolean());
        return new Receiver(arena, core, set.number());
    }

    /** Its receivers and senders must not be used any more. */
    @Override
    public void close() {
        numbers.values().forEach(LinuxUdpSocket::close);
        set.close();
    }

    /** Reads on from one socket as long as there is something, but not for ever. */
    private static final class Receiver implements UdpReceiver {
        private final LinuxUdpReceiver core;
        private final Epoll epoll;
        private final int set;
        private int last;
        private int turns;

        Receiver(Arena arena, LinuxUdpReceiver core, int set) {
            this.core = core;
            this.set = set;
            epoll = new Epoll(arena, READY_MAX);
        }

        @Override
        public int receive(RxBatch batch) {
            if (last != 0 && turns++ < TURNS_MAX) {
                int count = core.receive(last, last);
                if (count > 0) {
                    return count;
                }
            }
            turns = 0;
            last = 0;
            int ready = epoll.ready(set);
            for (int i = 0; i < ready; i++) {
                int next = epoll.descriptor(i);
                // One that fails was closed meanwhile.
                int count = core.receive(next, next);
                if (count > 0) {
                    last = next;
                    return count;
                }
            }
            return 0;
        }
    }
}
