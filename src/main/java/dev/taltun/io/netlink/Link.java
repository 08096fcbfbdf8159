package dev.taltun.io.netlink;

import dev.taltun.ffi.linux.Linux;

/**
 * A network interface as it was when it was read.
 *
 * @param index the kernel's number for it, which stays its own until it is removed
 * @param name 1 to 15 characters
 * @param flags IFF_UP, IFF_RUNNING, ...
 * @param mtu largest packet in bytes, 0 when the kernel did not say
 * @param txQueueLength packets queued before the device
 * @param kind "tun", "veth", "wireguard", ...; empty for physical devices and the loopback
 */
public record Link(int index, String name, int flags, int mtu, int txQueueLength, String kind) {
    /** Whether it is administratively up. */
    public boolean isUp() {
        return (flags & Linux.IFF_UP()) != 0;
    }

    /** Whether it is a loopback interface. */
    public boolean isLoopback() {
        return (flags & Linux.IFF_LOOPBACK()) != 0;
    }
}
