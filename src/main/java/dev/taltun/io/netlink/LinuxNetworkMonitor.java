package dev.taltun.io.netlink;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.sockaddr_nl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@link NetworkMonitor} by a routing netlink socket that is a member of the kernel's groups for
 * links, addresses and routes (rtnetlink(7)); needs no privilege. Owns descriptor, buffer and errno
 * memory.
 */
public final class LinuxNetworkMonitor implements NetworkMonitor {
    private static final int GROUPS =
            Linux.RTMGRP_LINK()
                    | Linux.RTMGRP_IPV4_IFADDR()
                    | Linux.RTMGRP_IPV6_IFADDR()
                    | Linux.RTMGRP_IPV4_ROUTE()
                    | Linux.RTMGRP_IPV6_ROUTE();

    /** The kernel tells of one change in each datagram, which is a page at most, or 8 KiB. */
    private static final long RECEIVE_BYTES = 32 * 1024;

    /** Datagrams taken in one call: a router that learns its table must not stop all else. */
    private static final int DATAGRAMS_PER_CALL = 256;

    private final Arena arena;
    private final Libc libc;
    private final Fd fd;
    private final MemorySegment received;

    private LinuxNetworkMonitor(Arena arena, Libc libc, Fd fd) {
        this.arena = arena;
        this.libc = libc;
        this.fd = fd;
        received = arena.allocate(RECEIVE_BYTES, Long.BYTES);
    }

    /** Opens a socket in the network namespace of the calling thread. */
    @SuppressWarnings("MustBeClosedChecker") // the monitor owns the arena
    public static LinuxNetworkMonitor open() throws NetlinkException {
        Arena arena = Arena.ofShared();
        Libc libc = Libc.open();
        int type = Linux.SOCK_RAW() | Linux.SOCK_CLOEXEC() | Linux.SOCK_NONBLOCK();
        int number = libc.socket(Linux.AF_NETLINK(), type, Linux.NETLINK_ROUTE());
        if (number < 0) {
            arena.close();
            throw Operation.OPEN.failed("opening a netlink socket", Reply.failed(-number));
        }
        LinuxNetworkMonitor monitor = new LinuxNetworkMonitor(arena, libc, new Fd(number));
        MemorySegment address = sockaddr_nl.allocate(arena);
        sockaddr_nl.nl_family(address, (short) Linux.AF_NETLINK());
        sockaddr_nl.nl_groups(address, GROUPS);
        int result = libc.bind(number, address);
        if (result >= 0) {
            // To the kernel: messages of other processes cannot reach it.
            sockaddr_nl.nl_groups(address, 0);
            result = libc.connect(number, address);
        }
        if (result < 0) {
            monitor.close();
            throw Operation.OPEN.failed("listening to network changes", Reply.failed(-result));
        }
        return monitor;
    }

    @Override
    public int fd() {
        return fd.number();
    }

    @Override
    public boolean take(NetworkListener listener) {
        boolean any = false;
        for (int i = 0; i < DATAGRAMS_PER_CALL; i++) {
            long length = libc.recv(fd.number(), received, Linux.MSG_TRUNC());
            if (length == -Errno.EINTR) {
                continue;
            }
            if (length == -Errno.EAGAIN) {
                return any;
            }
            any = true;
            if (length < 0 || length > RECEIVE_BYTES) {
                // ENOBUFS: there was no room for some. No other error is known; it passes, too.
                listener.onLost();
            } else {
                tell(new Messages(received.asSlice(0, length)), listener);
            }
        }
        return any;
    }

    private static void tell(Messages messages, NetworkListener listener) {
        while (messages.next()) {
            int type = messages.type();
            if (type == Linux.RTM_NEWLINK() || type == Linux.RTM_DELLINK()) {
                Link link = LinkMessage.parse(messages.body());
                if (link != null) {
                    listener.onLink(link, type == Linux.RTM_DELLINK());
                }
            } else if (type == Linux.RTM_NEWADDR() || type == Linux.RTM_DELADDR()) {
                LinkAddress address = AddressMessage.parse(messages.body());
                if (address != null) {
                    listener.onAddress(address, type == Linux.RTM_DELADDR());
                }
            } else if (type == Linux.RTM_NEWROUTE() || type == Linux.RTM_DELROUTE()) {
                Route route = RouteMessage.parse(messages.body());
                if (route != null) {
                    listener.onRoute(route, type == Linux.RTM_DELROUTE());
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
