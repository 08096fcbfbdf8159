package dev.taltun.io.udp;

import java.net.InetAddress;

/**
 * How to open a UDP socket.
 *
 * @param address local address; the IPv6 wildcard takes both families
 * @param port local port, 0 = any
 * @param shared whether several sockets share the port (SO_REUSEPORT shards)
 * @param mark SO_MARK of what is sent, 0 = none
 * @param gso whether to probe UDP GSO
 * @param gro whether to turn UDP GRO on
 */
public record UdpOptions(
        InetAddress address, int port, boolean shared, int mark, boolean gso, boolean gro) {}
