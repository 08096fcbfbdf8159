package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class EndpointTest {
    private static Endpoint of(String ip, int port) throws UnknownHostException {
        return Endpoint.of(new InetSocketAddress(InetAddress.getByName(ip), port));
    }

    @Test
    void isShownAsUsersWriteIt() throws UnknownHostException {
        assertEquals("192.0.2.1:51820", of("192.0.2.1", 51820).toString());
        assertEquals("255.255.255.255:65535", of("255.255.255.255", 65535).toString());
        assertEquals("[2001:db8::1]:51820", of("2001:db8::1", 51820).toString());
        assertEquals("[::1]:1", of("::1", 1).toString());
        byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
        InetAddress scoped = Inet6Address.getByAddress(null, linkLocal, 3);
        Endpoint endpoint = Endpoint.of(new InetSocketAddress(scoped, 9));
        assertEquals(3, endpoint.scope());
        assertEquals("[fe80::1%3]:9", endpoint.toString());
    }

    @Test
    void familiesAreToldApart() throws UnknownHostException {
        assertTrue(of("10.1.2.3", 1).isIpv4());
        assertFalse(of("::1", 1).isIpv4());
        assertFalse(of("::fffe:0:1", 1).isIpv4());
        assertFalse(new Endpoint(1, Endpoint.mapped(1), 1, 0, 0, 0).isIpv4());
        assertTrue(new Endpoint(0, Endpoint.mapped(-1), 1, 0, 0, 0).isIpv4());
    }

    @Test
    void comparesRemotesAndForgetsTheLocalAddress() throws UnknownHostException {
        Endpoint a = of("10.1.2.3", 1);
        assertFalse(a.hasLocal());
        assertSame(a, a.withoutLocal());
        Endpoint b = new Endpoint(a.high(), a.low(), a.port(), a.scope(), 0, Endpoint.mapped(1));
        assertTrue(b.hasLocal());
        assertTrue(b.sameRemote(a));
        assertEquals(a, b.withoutLocal());
        assertFalse(a.sameRemote(of("10.1.2.3", 2)));
        assertFalse(a.sameRemote(of("10.1.2.4", 1)));
        assertTrue(new Endpoint(0, 0, 1, 0, 1, 0).hasLocal());
    }

    @Test
    void survivesASocketAddress() throws UnknownHostException {
        MemorySegment memory = Arena.ofAuto().allocate(SocketAddresses.BYTES, 8);
        for (String ip : new String[] {"10.1.2.3", "255.254.253.252", "2001:db8::8000:1"}) {
            Endpoint endpoint = of(ip, 51820);
            for (boolean ipv6 : new boolean[] {true, false}) {
                if (!ipv6 && !endpoint.isIpv4()) {
                    continue;
                }
                memory.fill((byte) -1);
                SocketAddresses.write(memory, 0, endpoint, ipv6);
                assertEquals(endpoint.high(), SocketAddresses.high(memory, 0, ipv6));
                assertEquals(endpoint.low(), SocketAddresses.low(memory, 0, ipv6));
                assertEquals(endpoint.port(), SocketAddresses.port(memory, 0));
                assertEquals(0, SocketAddresses.scope(memory, 0, ipv6));
            }
            assertEquals(endpoint, Endpoint.of(endpoint.toSocketAddress()));
        }
    }
}
