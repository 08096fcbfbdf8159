package dev.taltun.io.udp;

import dev.taltun.ffi.Structs;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.memory.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Socket addresses as the kernel has them, from and to {@link Endpoint}s.
 *
 * <pre>
 *  sockaddr_in   | family u16 | port u16 BE | address u32 BE | 8 zero bytes |
 *  sockaddr_in6  | family u16 | port u16 BE | flow u32 | address 16 bytes | scope u32 |
 * </pre>
 */
final class SocketAddresses {
    /** Room for either kind, rounded up to keep an array of them aligned. */
    static final int BYTES = 32;

    static final int IPV4_BYTES = Structs.SOCKADDR_IN_BYTES;
    static final int IPV6_BYTES = Structs.SOCKADDR_IN6_BYTES;

    private static final long FAMILY = Structs.SOCKADDR_FAMILY;
    private static final long PORT = Structs.SOCKADDR_PORT;
    private static final long ADDRESS4 = Structs.SOCKADDR_IN_ADDRESS;
    private static final long ADDRESS6 = Structs.SOCKADDR_IN6_ADDRESS;
    private static final long SCOPE6 = Structs.SOCKADDR_IN6_SCOPE;
    private static final short AF_INET = (short) Linux.AF_INET();
    private static final short AF_INET6 = (short) Linux.AF_INET6();

    private SocketAddresses() {}

    /** Writes the remote address and returns its length. */
    static int write(MemorySegment memory, long at, Endpoint endpoint, boolean ipv6) {
        memory.set(Layouts.BE_SHORT, at + PORT, (short) endpoint.port());
        if (ipv6) {
            memory.set(Layouts.NATIVE_SHORT, at + FAMILY, AF_INET6);
            memory.set(Layouts.BE_LONG, at + ADDRESS6, endpoint.high());
            memory.set(Layouts.BE_LONG, at + ADDRESS6 + 8, endpoint.low());
            memory.set(Layouts.NATIVE_INT, at + SCOPE6, endpoint.scope());
            return IPV6_BYTES;
        }
        memory.set(Layouts.NATIVE_SHORT, at + FAMILY, AF_INET);
        memory.set(Layouts.BE_INT, at + ADDRESS4, (int) endpoint.low());
        return IPV4_BYTES;
    }

    static int port(MemorySegment memory, long at) {
        return memory.get(Layouts.BE_SHORT, at + PORT) & 0xffff;
    }

    static long high(MemorySegment memory, long at, boolean ipv6) {
        return ipv6 ? memory.get(Layouts.BE_LONG, at + ADDRESS6) : 0;
    }

    static long low(MemorySegment memory, long at, boolean ipv6) {
        return ipv6
                ? memory.get(Layouts.BE_LONG, at + ADDRESS6 + 8)
                : Endpoint.mapped(memory.get(Layouts.BE_INT, at + ADDRESS4));
    }

    static int scope(MemorySegment memory, long at, boolean ipv6) {
        return ipv6 ? memory.get(Layouts.NATIVE_INT, at + SCOPE6) : 0;
    }
}
