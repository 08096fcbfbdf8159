package dev.taltun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.ffi.linux.ifreq;
import dev.taltun.ffi.linux.sockaddr;
import dev.taltun.ffi.linux.sockaddr_in;
import dev.taltun.ffi.linux.sockaddr_in6;
import dev.taltun.ffi.linux.sockaddr_un;
import org.junit.jupiter.api.Test;

class StructsTest {
    @Test
    void theyAreAsTheHeadersSay() {
        assertEquals(sockaddr_in.layout().byteSize(), Structs.SOCKADDR_IN_BYTES);
        assertEquals(sockaddr_in6.layout().byteSize(), Structs.SOCKADDR_IN6_BYTES);
        assertEquals(sockaddr_un.layout().byteSize(), Structs.SOCKADDR_UN_BYTES);
        assertEquals(ifreq.layout().byteSize(), Structs.IFREQ_BYTES);
        assertEquals(sockaddr.sa_family$offset(), Structs.SOCKADDR_FAMILY);
        assertEquals(sockaddr_in.sin_family$offset(), Structs.SOCKADDR_FAMILY);
        assertEquals(sockaddr_in6.sin6_family$offset(), Structs.SOCKADDR_FAMILY);
        assertEquals(sockaddr_un.sun_family$offset(), Structs.SOCKADDR_FAMILY);
        assertEquals(sockaddr_in.sin_port$offset(), Structs.SOCKADDR_PORT);
        assertEquals(sockaddr_in6.sin6_port$offset(), Structs.SOCKADDR_PORT);
        assertEquals(sockaddr_in.sin_addr$offset(), Structs.SOCKADDR_IN_ADDRESS);
        assertEquals(sockaddr_in6.sin6_addr$offset(), Structs.SOCKADDR_IN6_ADDRESS);
        assertEquals(sockaddr_in6.sin6_scope_id$offset(), Structs.SOCKADDR_IN6_SCOPE);
        assertEquals(sockaddr_un.sun_path$offset(), Structs.SOCKADDR_UN_PATH);
    }
}
