package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.io.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real sockets over the loopback interface; needs no privilege. */
class LinuxUdpSocketTest {
    private static final String V4 = "127.0.0.1";
    private static final String V6 = "::1";

    /** Sends datagrams of many sizes one way and checks each. */
    private static void exchange(UdpFixture from, UdpFixture to, String address)
            throws IOException {
        Endpoint target = to.at(address);
        int[] sizes = {32, 1452, 1, 1452, 1452, 9000, 40, 40, 65_000, 148};
        for (int i = 0; i < sizes.length; i++) {
            from.append(i, sizes[i], target, 1);
        }
        assertEquals(sizes.length, from.tx.messages());
        from.sendAll();
        to.receive(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            to.check(i, i, sizes[i]);
            assertEquals(from.socket.port(), to.arrived.get(i).source().port());
        }
        assertEquals(sizes.length, to.arrived.size());
    }

    @Test
    void batchesOfBothFamilies() throws IOException {
        for (String address : new String[] {V4, V6}) {
            try (UdpFixture a = UdpFixture.open(address, false);
                    UdpFixture b = UdpFixture.open(address, false)) {
                exchange(a, b, address);
                Endpoint source = b.arrived.getFirst().source();
                assertTrue(source.sameRemote(a.at(address)));
                assertEquals(b.at(address).low(), source.localLow());
                assertEquals(b.at(address).high(), source.localHigh());
                assertEquals(address.equals(V4), source.isIpv4());
            }
        }
    }

    @Test
    void theIpv6WildcardTakesBothFamilies() throws IOException {
        try (UdpFixture dual = UdpFixture.open("::", true);
                UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.open(V6, false)) {
            exchange(a, dual, V4);
            Endpoint source = dual.arrived.getFirst().source();
            assertTrue(source.isIpv4());
            assertTrue(source.sameRemote(a.at(V4)));
            // The answer, from the very address that was asked, to a mapped destination.
            dual.append(3, 700, source, 64);
            dual.append(4, 700, source, 64);
            dual.sendAll();
            a.receive(2);
            a.check(0, 3, 700);
            a.check(1, 4, 700);
            assertTrue(a.arrived.getFirst().source().sameRemote(dual.at(V4)));
            dual.arrived.clear();
            exchange(b, dual, V6);
            assertFalse(dual.arrived.getFirst().source().isIpv4());
        }
    }

    @Test
    void theKernelCutsRunsAndHandsOverRuns() throws IOException {
        for (String address : new String[] {V4, V6}) {
            for (boolean gro : new boolean[] {false, true}) {
                try (UdpFixture a = UdpFixture.open(address, false);
                        UdpFixture b = UdpFixture.open(address, gro)) {
                    assertTrue(a.socket.gso());
                    assertEquals(gro, b.socket.gro());
                    int count = 0;
                    for (int size : new int[] {1440, 600}) {
                        for (int i = 0; i < 40; i++) {
                            a.append(count++, size, b.at(address), 64);
                        }
                        a.append(count++, 77, b.at(address), 64);
                    }
                    assertEquals(2, a.tx.messages());
                    a.sendAll();
                    b.receive(count);
                    assertEquals(count, b.arrived.size());
                    for (int i = 0; i < count; i++) {
                        b.check(i, i, i % 41 == 40 ? 77 : i < 41 ? 1440 : 600);
                        Endpoint source = b.arrived.get(i).source();
                        assertEquals(b.at(address).low(), source.localLow());
                        assertTrue(source.sameRemote(a.at(address)));
                    }
                    assertEquals(gro ? 2 : count, b.messages);
                }
            }
        }
    }

    /** A slot that held little ancillary data has room for more the next time. */
    @Test
    void slotsAreMadeReadyForEveryReceive() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.open("::", true)) {
            for (int round = 0; round < 4; round++) {
                b.arrived.clear();
                int count = round % 2 == 0 ? 1 : 10;
                Endpoint asked = b.at("127.0.0." + (1 + round));
                for (int i = 0; i < count; i++) {
                    a.append(i, 500, asked, 64);
                }
                a.sendAll();
                b.receive(count);
                assertEquals(count, b.arrived.size());
                for (int i = 0; i < count; i++) {
                    b.check(i, i, 500);
                    assertEquals(asked.low(), b.arrived.get(i).source().localLow());
                }
            }
        }
    }

    @Test
    void theLargestRunTheBatchMakesIsTaken() throws IOException {
        for (String address : new String[] {V4, V6}) {
            try (UdpFixture a = UdpFixture.open(address, false);
                    UdpFixture b = UdpFixture.open(address, true)) {
                int size = TxBatch.MAX_RUN_BYTES / 63;
                for (int i = 0; i < 63; i++) {
                    a.append(i, size, b.at(address), 64);
                }
                a.append(63, TxBatch.MAX_RUN_BYTES - 63 * size, b.at(address), 64);
                assertEquals(1, a.tx.messages());
                a.sendAll();
                b.receive(64);
                assertEquals(64, b.arrived.size());
            }
        }
    }

    /** On Linux 6.9 and newer 127, as the probe finds out; one more than what it found does not. */
    @Test
    void asManyDatagramsAsTheProbeAllowsGoInOneMessage() throws IOException {
        try (UdpFixture a = UdpFixture.open("127.0.0.1", false);
                UdpFixture b = UdpFixture.open("127.0.0.1", true)) {
            int most = a.socket.gsoSegments();
            assertTrue(most == 64 || most == 127, most + " segments");
            for (int i = 0; i < most; i++) {
                a.append(i, 100, b.at("127.0.0.1"), most);
            }
            assertEquals(1, a.tx.messages());
            a.sendAll();
            b.receive(most);
            for (int i = 0; i < most; i++) {
                b.check(i, i, 100);
            }
            for (int i = 0; i < 129; i++) {
                a.append(i, 100, b.at("127.0.0.1"), 129);
            }
            assertEquals(-Errno.EINVAL, a.sender.send(a.tx));
        }
    }

    /**
     * RFC 6040 needs it: the mark of the outer header is the sender's, and the receiver sees it.
     */
    @Test
    void congestionMarksCrossTheKernel() throws IOException {
        for (String[] way :
                new String[][] {
                    {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
                    {"::1", "::1", "::1"},
                    {"::", "::", "127.0.0.1"}
                }) {
            try (UdpFixture a = UdpFixture.open(way[0], false);
                    UdpFixture b = UdpFixture.open(way[1], true)) {
                for (int mark = 0; mark < 4; mark++) {
                    for (int count : new int[] {1, 3}) {
                        for (int i = 0; i < count; i++) {
                            a.tx.append(50, b.at(way[2]), 64, mark);
                        }
                        assertEquals(1, a.tx.messages());
                        a.sendAll();
                        int before = b.arrived.size();
                        b.receive(before + count);
                        assertEquals(before + count, b.arrived.size());
                        assertEquals(mark, b.rx.ecn(0), way[2] + ", " + count + " datagrams");
                    }
                }
            }
        }
    }

    @Test
    void answersLeaveFromTheAddressThatWasAsked() throws IOException {
        for (String wildcard : new String[] {"0.0.0.0", "::"}) {
            try (UdpFixture server = UdpFixture.open(wildcard, false);
                    UdpFixture client = UdpFixture.open("127.0.0.1", false)) {
                for (int i = 2; i < 10; i++) {
                    Endpoint asked = server.at("127.0.0." + i);
                    client.append(i, 100, asked, 1);
                    client.sendAll();
                    server.receive(1);
                    Endpoint source = server.arrived.getFirst().source();
                    assertEquals(asked.low(), source.localLow());
                    server.append(i, 100, source, 1);
                    // A run too: then both kinds of ancillary data stand beside each other.
                    server.append(i, 50, source, 1);
                    server.append(i, 50, source, 64);
                    server.sendAll();
                    client.receive(3);
                    for (UdpFixture.Arrived answer : client.arrived) {
                        assertTrue(answer.source().sameRemote(asked), answer.toString());
                    }
                    assertEquals(3, client.arrived.size());
                    server.arrived.clear();
                    client.arrived.clear();
                }
            }
        }
    }

    @Test
    void tellsTruncatedDatagramsFromWholeOnes() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.openSmall(V4, 100)) {
            int[] sizes = {100, 101, 5, 5000, 99};
            for (int i = 0; i < sizes.length; i++) {
                a.append(i, sizes[i], b.at(V4), 1);
            }
            a.sendAll();
            b.receive(sizes.length);
            assertEquals(2, b.truncated);
            assertEquals(3, b.arrived.size());
            b.check(1, 2, 5);
        }
    }

    @Test
    @Timeout(20)
    void waitsForADatagramInTheReceiveItselfAndOnlyThere() throws Exception {
        try (UdpFixture to = UdpFixture.open(V4, false);
                DatagramSocket from = new DatagramSocket()) {
            assertEquals(0, to.receiver().receive(to.rx), "a receive does not wait");
            InetAddress there = InetAddress.getByName(V4);
            DatagramPacket packet = new DatagramPacket(new byte[10], 10, there, to.socket.port());
            Thread later =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        LockSupport.parkNanos(50_000_000);
                                        assertDoesNotThrow(() -> from.send(packet));
                                    });
            assertTrue(to.receiver().canAwait());
            assertEquals(1, to.receiver().await(to.rx));
            assertEquals(10, to.rx.length(0));
            assertEquals(0, to.receiver().receive(to.rx), "nor does the next one");
            later.join();
        }
    }

    @Test
    @Timeout(20)
    void whoWaitsForADatagramIsToldOfAnErrorAtOnce() throws Exception {
        try (UdpFixture a = UdpFixture.open(V4, false)) {
            Endpoint nobody;
            try (UdpFixture closed = UdpFixture.open(V4, false)) {
                nobody = closed.at(V4);
            }
            Thread later =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        LockSupport.parkNanos(50_000_000);
                                        sendTo(a.socket, nobody);
                                    });
            long before = System.nanoTime();
            assertEquals(0, a.receiver().await(a.rx));
            assertTrue(System.nanoTime() - before < 900_000_000, "not by the time being over");
            assertTrue(a.receiver().hasErrors());
            try (Arena arena = Arena.ofConfined()) {
                UdpError error = new UdpError(arena);
                assertTrue(a.receiver().nextError(error));
                assertTrue(error.isRefused());
            }
            later.join();
        }
    }

    private static void sendTo(LinuxUdpSocket socket, Endpoint to) {
        try (Arena arena = Arena.ofConfined()) {
            TxBatch batch = new TxBatch(arena);
            batch.append(8, to, 1);
            assertEquals(1, socket.newSender(arena).send(batch));
        }
    }

    @Test
    @Timeout(20)
    void aWaitThatBringsNothingEnds() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false)) {
            assertEquals(0, a.receiver().await(a.rx));
            assertTrue(a.receiver().hasErrors(), "somebody else may have met it");
        }
    }

    @Test
    void anEmptyDatagramIsOneToo() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.open(V4, true)) {
            a.append(0, 0, b.at(V4), 1);
            a.append(1, 1, b.at(V4), 1);
            a.sendAll();
            b.receive(2);
            assertEquals(0, b.arrived.get(0).data().length);
            b.check(1, 1, 1);
        }
    }

    @Test
    void refusalsAreAboutTheFirstMessage() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.open(V4, false)) {
            a.append(0, 100, b.at(V4), 1);
            a.append(1, 100, b.at(V6), 1);
            a.append(2, 100, b.at(V4), 1);
            assertEquals(1, a.sender.send(a.tx), "up to the one that cannot go");
            a.tx.advance(1);
            assertEquals(-Errno.EAFNOSUPPORT, a.sender.send(a.tx));
            a.tx.advance(1);
            assertEquals(1, a.sender.send(a.tx));
            a.tx.clear();
            a.append(3, 65_600, b.at(V4), 1);
            assertEquals(-Errno.EMSGSIZE, a.sender.send(a.tx));
            a.tx.clear();
            b.receive(2);
            b.check(0, 0, 100);
            b.check(1, 2, 100);
        }
    }

    @Test
    void datagramByDatagramSendsTheSame() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false);
                UdpFixture b = UdpFixture.open(V4, true)) {
            for (int i = 0; i < 100; i++) {
                a.append(i, 300, b.at(V4), 127);
            }
            a.append(100, 20, b.at(V4), 127);
            assertEquals(1, a.tx.messages());
            assertEquals(101, a.sender.sendSingly(a.tx));
            b.receive(101);
            assertEquals(101, b.arrived.size());
            for (int i = 0; i < 100; i++) {
                b.check(i, i, 300);
            }
            b.check(100, 100, 20);
        }
    }

    @Test
    void aTakenPortIsNamedWithTheRemedy() throws IOException {
        try (UdpFixture a = UdpFixture.open(V4, false)) {
            int port = a.socket.port();
            UdpOptions same = UdpFixture.options(V4, port, 0, false);
            SystemCallException e =
                    assertThrows(SystemCallException.class, () -> LinuxUdpSocket.open(same));
            assertEquals(Errno.EADDRINUSE, e.errno());
            String message = e.getMessage();
            assertTrue(message.startsWith("listening on UDP 127.0.0.1:" + port + ": "), message);
            assertTrue(message.contains("choose another in local_addr"), message);
            assertFalse(message.contains("\n"));
        }
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() {
        for (String other : new String[] {"192.0.2.77", "2001:db8::77"}) {
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> LinuxUdpSocket.open(UdpFixture.options(other, 0, 0, false)));
            assertTrue(e.getMessage().contains("must be an address of this machine"));
        }
    }

    @Test
    void shardsShareAPort() throws IOException {
        InetAddress any = InetAddress.getByName(V4);
        try (LinuxUdpSocket a = LinuxUdpSocket.open(new UdpOptions(any, 0, true, 0, false, false));
                LinuxUdpSocket b =
                        LinuxUdpSocket.open(new UdpOptions(any, a.port(), true, 0, false, false))) {
            assertEquals(a.port(), b.port());
            assertFalse(a.gso());
            assertFalse(a.gro());
            assertTrue(a.receiveBuffer() > 100_000);
        }
    }
}
