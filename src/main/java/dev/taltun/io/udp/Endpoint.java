package dev.taltun.io.udp;

import dev.taltun.io.IpText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Where datagrams for a peer go: its address and port, and the local address that its own datagrams
 * came to, which ours must then leave from (sticky source).
 *
 * <p>Addresses are 128 bits; IPv4 ones are mapped ({@code ::ffff:a.b.c.d}). Immutable, so packet
 * threads read it without care; replaced as a whole when a peer roams.
 *
 * @param high upper 64 bits of the remote address
 * @param low lower 64 bits of the remote address
 * @param port remote port, 1..65535
 * @param scope interface index of a link-local IPv6 address, else 0
 * @param localHigh upper 64 bits of the local address
 * @param localLow lower 64 bits of the local address; both 0 when the kernel is to choose
 * @param via the socket to send through: one of a {@link UdpFan}, or 0 for the sender's own
 */
public record Endpoint(
        long high, long low, int port, int scope, long localHigh, long localLow, int via) {
    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    /** An endpoint that is reached through the sender's own socket. */
    public Endpoint(long high, long low, int port, int scope, long localHigh, long localLow) {
        this(high, low, port, scope, localHigh, localLow, 0);
    }

    /** An endpoint whose local address the kernel chooses. */
    public static Endpoint of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        ByteBuffer bytes = ByteBuffer.wrap(ip.getAddress());
        if (ip instanceof Inet4Address) {
            return new Endpoint(0, mapped(bytes.getInt(0)), address.getPort(), 0, 0, 0);
        }
        int scope = ip instanceof java.net.Inet6Address six ? six.getScopeId() : 0;
        return new Endpoint(bytes.getLong(0), bytes.getLong(8), address.getPort(), scope, 0, 0);
    }

    /** Lower 64 bits of the mapped form of an IPv4 address given in network order. */
    public static long mapped(int ipv4) {
        return MAPPED | (ipv4 & 0xffff_ffffL);
    }

    /** Whether the two halves are a mapped IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
    }

    /** Whether the remote address is IPv4. */
    public boolean isIpv4() {
        return isIpv4(high, low);
    }

    /** Whether datagrams must leave from a certain local address. */
    public boolean hasLocal() {
        return (localHigh | localLow) != 0;
    }

    /** The same remote address, with the local address left to the kernel. */
    public Endpoint withoutLocal() {
        return hasLocal() ? new Endpoint(high, low, port, scope, 0, 0, via) : this;
    }

    /** The same remote address, in the network of this interface index; 0 for none. */
    public Endpoint withScope(int other) {
        return new Endpoint(high, low, port, other, localHigh, localLow, via);
    }

    /** The same remote address, reached through that socket; the kernel chooses our address. */
    public Endpoint through(int socket) {
        return new Endpoint(high, low, port, scope, 0, 0, socket);
    }

    /** The same, from the same local address, sent through that socket. */
    public Endpoint from(int socket) {
        return new Endpoint(high, low, port, scope, localHigh, localLow, socket);
    }

    /** The same address with another port. */
    public Endpoint withPort(int other) {
        return new Endpoint(high, low, other, scope, localHigh, localLow, via);
    }

    /** Whether both name the same remote address and port. */
    public boolean sameRemote(Endpoint other) {
        return high == other.high && low == other.low && port == other.port && scope == other.scope;
    }

    /** Whether both name the same remote address, whatever the ports. */
    public boolean sameAddress(Endpoint other) {
        return high == other.high && low == other.low && scope == other.scope;
    }

    /** The remote address, for display. */
    public InetSocketAddress toSocketAddress() {
        ByteBuffer bytes = ByteBuffer.allocate(16).putLong(high).putLong(low);
        byte[] ip = bytes.array();
        if (isIpv4()) {
            ip = new byte[] {ip[12], ip[13], ip[14], ip[15]};
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }

    /** {@code 192.0.2.1:51820} or {@code [2001:db8::1]:51820}. */
    @Override
    public String toString() {
        String ip = IpText.text(toSocketAddress().getAddress());
        String zone = scope != 0 ? "%" + scope : "";
        return isIpv4() ? ip + ":" + port : "[" + ip + zone + "]:" + port;
    }
}
