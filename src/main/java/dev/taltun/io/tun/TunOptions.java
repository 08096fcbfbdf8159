package dev.taltun.io.tun;

/**
 * How to open a TUN device.
 *
 * @param name interface name, 1..15 characters; the kernel puts the first free number for "%d"
 * @param queues how many queues, at least 1
 * @param tcpOffload whether to ask for TCP super-packets
 * @param udpOffload whether to ask for UDP super-packets (Linux 6.2)
 */
public record TunOptions(String name, int queues, boolean tcpOffload, boolean udpOffload) {}
