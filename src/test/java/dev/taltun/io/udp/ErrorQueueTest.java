package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.memory.Layouts;
import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real sockets over the loopback interface, whose kernel answers at once. */
class ErrorQueueTest {
    private static Endpoint closedPort(String address) throws IOException {
        try (UdpFixture gone = UdpFixture.open(address, false)) {
            return gone.at(address);
        }
    }

    private final UdpError error = new UdpError(Arena.ofAuto());

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "::1, ::1", "::, 127.0.0.1", "::, ::1"})
    void aClosedPortIsToldWithTheDatagramItRefused(String own, String other) throws IOException {
        Endpoint closed = closedPort(other);
        try (UdpFixture a = UdpFixture.open(own, false)) {
            a.append(3, 148, closed, 1);
            a.sendAll();
            assertEquals(0, a.receiver().receive(a.rx));
            assertTrue(a.receiver().hasErrors());
            assertTrue(a.receiver().nextError(error));
            assertTrue(error.isRefused());
            assertTrue(error.remote().sameRemote(closed), () -> "said to be " + error.remote());
            assertEquals(UdpError.QUOTE_BYTES, error.quoted());
            for (int i = 0; i < UdpError.QUOTE_BYTES; i++) {
                assertEquals((byte) (3 * 7 + i), error.quote().get(Layouts.BYTE, i));
            }
            assertFalse(a.receiver().nextError(error));
            assertFalse(a.receiver().hasErrors());
        }
    }

    /**
     * The kernel tells of an error in place of the next send or receive, whatever that is about.
     */
    @ParameterizedTest
    @CsvSource({"127.0.0.1", "::1"})
    void noOtherDatagramIsLost(String address) throws IOException {
        Endpoint closed = closedPort(address);
        try (UdpFixture a = UdpFixture.open(address, false);
                UdpFixture b = UdpFixture.open(address, false)) {
            Endpoint toB = b.at(address);
            Endpoint toA = a.at(address);
            for (int round = 0; round < 50; round++) {
                a.append(1, 100, closed, 1);
                a.sendAll();
                a.append(2 * round, 200, toB, 1);
                a.append(2 * round + 1, 200, toB, 1);
                a.sendAll();
                a.append(1, 100, closed, 1);
                a.sendAll();
                b.append(round, 300, toA, 1);
                b.sendAll();
            }
            b.receive(100);
            a.receive(50);
            assertEquals(100, b.arrived.size());
            assertEquals(50, a.arrived.size());
            for (int i = 0; i < 100; i++) {
                b.check(i, i, 200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1"})
    void whatTheSendItselfMeetsIsStillToldToTheSender(String address) throws IOException {
        try (UdpFixture a = UdpFixture.open(address, false)) {
            // From the loopback address there is no way to any other network.
            a.append(1, 100, new Endpoint(0, Endpoint.mapped(0xc0000201), 9, 0, 0, 0), 1);
            int result = a.sender.send(a.tx);
            assertTrue(result == -Errno.EINVAL || result == -Errno.ENETUNREACH, "got " + result);
        }
    }
}
