package dev.taltun.io.tun;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.Poller;
import dev.taltun.io.SystemCallException;
import dev.taltun.memory.Layouts;
import dev.taltun.testing.NetworkNamespace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real TUN device in a fresh network namespace. */
@Tag("namespace")
class LinuxTunDeviceTest {
    private static final int READ = VirtioNetHeader.BYTES + 65_535;

    /** Test code with a device "t0" that is up and has 10.7.0.1/24. */
    private interface Body {
        void run(Arena arena, LinuxTunDevice tun) throws Exception;
    }

    private static void withDevice(boolean tcp, boolean udp, Body body) {
        NetworkNamespace.run(
                () -> {
                    try (Arena arena = Arena.ofConfined();
                            LinuxTunDevice tun =
                                    LinuxTunDevice.open(new TunOptions("t0", 1, tcp, udp))) {
                        sh("sysctl -qw net.ipv6.conf.t0.disable_ipv6=1");
                        sh("ip link set lo up; ip addr add 10.7.0.1/24 dev t0");
                        sh("ip link set t0 mtu 1420 up");
                        body.run(arena, tun);
                    }
                });
    }

    /** The next packet of this protocol, or -1 after a second. */
    private static int read(Arena arena, LinuxTunDevice tun, MemorySegment buffer, int protocol)
            throws IOException {
        TunReader reader = tun.newReader(arena, 0);
        try (Poller poller = new Poller(arena, tun.fd(0))) {
            for (int tries = 0; tries < 20; tries++) {
                int length = reader.read(buffer, 0, READ);
                if (length > 0 && buffer.get(Layouts.BYTE, VirtioNetHeader.BYTES + 9) == protocol) {
                    return length;
                }
                if (length < 0) {
                    assertEquals(-Errno.EAGAIN, length);
                    poller.awaitReadable(50_000_000);
                }
            }
        }
        return -1;
    }

    private static byte[] udp(int source, int destination, int port, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(28 + payload.length);
        b.putShort((short) 0x4500).putShort((short) b.capacity()).putInt(0);
        b.put((byte) 64).put((byte) 17).putShort((short) 0).putInt(source).putInt(destination);
        b.putShort((short) 999).putShort((short) port).putShort((short) (8 + payload.length));
        b.putShort((short) 0).put(payload);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += b.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >> 16);
        b.putShort(10, (short) ~(sum + (sum >> 16)));
        return b.array();
    }

    @Test
    void theInterfaceExistsAsLongAsItIsOpen() {
        NetworkNamespace.run(
                () -> {
                    LinuxTunDevice tun = LinuxTunDevice.open(new TunOptions("t0", 1, true, true));
                    assertEquals("t0", tun.name());
                    assertTrue(tun.tcpOffload());
                    assertTrue(sh("ip -d link show t0").contains("tun type tun"));
                    tun.close();
                    tun.close();
                    assertFalse(sh("ip link").contains("t0:"));
                });
    }

    @Test
    void aTakenNameIsNamedWithTheRemedy() {
        withDevice(
                false,
                false,
                (arena, tun) -> {
                    TunOptions same = new TunOptions("t0", 1, false, false);
                    SystemCallException e =
                            assertThrows(
                                    SystemCallException.class, () -> LinuxTunDevice.open(same));
                    assertTrue(e.getMessage().startsWith("creating interface t0: "));
                    assertTrue(e.getMessage().contains("ip link delete t0"), e.getMessage());
                    assertTrue(sh("ip link show t0").contains("t0"), "the first is unharmed");
                    TunOptions other = new TunOptions("lo", 1, false, false);
                    e = assertThrows(SystemCallException.class, () -> LinuxTunDevice.open(other));
                    assertTrue(e.getMessage().startsWith("creating interface lo: "));
                });
    }

    @Test
    void namesThatNoInterfaceCanHaveAreRefused() {
        NetworkNamespace.run(
                () -> {
                    for (String name :
                            new String[] {"", "sixteen-letters-", "a/b", "x".repeat(99)}) {
                        TunOptions bad = new TunOptions(name, 1, false, false);
                        IOException e =
                                assertThrows(IOException.class, () -> LinuxTunDevice.open(bad));
                        assertTrue(e.getMessage().contains("tun_name"), e.getMessage());
                    }
                    assertFalse(sh("ip link").contains("sixteen"));
                });
    }

    @Test
    void aNumberInTheNameIsTheKernelsChoice() {
        NetworkNamespace.run(
                () -> {
                    TunOptions options = new TunOptions("vpn%d", 2, false, false);
                    try (LinuxTunDevice first = LinuxTunDevice.open(options);
                            LinuxTunDevice second = LinuxTunDevice.open(options)) {
                        assertEquals("vpn0", first.name());
                        assertEquals("vpn1", second.name());
                    }
                });
    }

    /** Opens a device without any privilege and prints what it is told. */
    static final class Unprivileged {
        public static void main(String[] args) {
            try (LinuxTunDevice tun = LinuxTunDevice.open(new TunOptions("t0", 1, true, true))) {
                System.out.println("opened " + tun.name());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void withoutPrivilegeTheRemedyIsToGetIt() throws Exception {
        String[] command = {
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            System.getProperty("java.home") + "/bin/java",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Unprivileged.class.getName()
        };
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        assertTrue(output.contains("operation not permitted"), output);
        assertTrue(output.contains("CAP_NET_ADMIN"), output);
        assertEquals(1, output.strip().lines().count(), output);
    }

    @Test
    void packetsAreReadAndWritten() {
        withDevice(
                false,
                false,
                (arena, tun) -> {
                    byte[] ping = {1, 2, 3, 4, 5};
                    MemorySegment buffer = arena.allocate(READ);
                    try (DatagramSocket socket =
                            new DatagramSocket(new InetSocketAddress("10.7.0.1", 0))) {
                        socket.setSoTimeout(3000);
                        InetAddress there = InetAddress.getByName("10.7.0.2");
                        socket.send(new DatagramPacket(ping, ping.length, there, 7777));
                        int length = read(arena, tun, buffer, 17);
                        assertEquals(VirtioNetHeader.BYTES + 28 + 5, length);
                        assertEquals(0, VirtioNetHeader.gsoType(buffer, 0));
                        byte[] data =
                                buffer.asSlice(VirtioNetHeader.BYTES + 28, 5).toArray(Layouts.BYTE);
                        assertArrayEquals(ping, data);
                        TunReader reader = tun.newReader(arena, 0);
                        assertEquals(-Errno.EAGAIN, reader.read(buffer, 0, READ));
                        socket.send(new DatagramPacket(ping, ping.length, there, 7777));
                        assertEquals(length, reader.await(buffer, 0, READ));
                        assertEquals(-Errno.EAGAIN, reader.read(buffer, 0, READ), "does not wait");

                        byte[] answer =
                                udp(0x0a070002, 0x0a070001, socket.getLocalPort(), new byte[300]);
                        buffer.fill((byte) 0);
                        MemorySegment.copy(answer, 0, buffer, Layouts.BYTE, 1000, answer.length);
                        VirtioNetHeader.setPlain(buffer, 0);
                        int bytes = VirtioNetHeader.BYTES + 328;
                        MemorySegment.copy(buffer, 1000, buffer, VirtioNetHeader.BYTES, 328);
                        TunWriter writer = tun.newWriter(arena, 0);
                        assertEquals(bytes, writer.write(buffer, 0, bytes));
                        DatagramPacket received = new DatagramPacket(new byte[2000], 2000);
                        socket.receive(received);
                        assertEquals(300, received.getLength());

                        assertEquals(-Errno.EINVAL, writer.write(buffer, 0, 4), "no whole header");
                        sh("ip link set t0 down");
                        assertEquals(-Errno.EIO, writer.write(buffer, 0, bytes));
                    }
                });
    }

    /** What makes the engine say that its interface was deleted, rather than sleep on. */
    @Test
    @Timeout(20)
    void whoeverSleepsInAReadIsToldThatTheInterfaceIsGone() {
        withDevice(
                false,
                false,
                (arena, tun) -> {
                    MemorySegment buffer = arena.allocate(READ);
                    TunReader reader = tun.newReader(arena, 0);
                    while (reader.read(buffer, 0, READ) > 0) {
                        continue;
                    }
                    CompletableFuture<Integer> result = new CompletableFuture<>();
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> result.complete(reader.await(buffer, 0, READ)));
                    LockSupport.parkNanos(50_000_000);
                    sh("ip link delete t0");
                    assertEquals(-Errno.EFAULT, result.get());
                    assertEquals(-Errno.EBADFD, reader.read(buffer, 0, READ));
                });
    }

    /** Datagrams that the kernel did not cut, because the device said that it will. */
    @Test
    void udpSuperPacketsArriveWhenTheKernelSendsRuns() {
        withDevice(
                true,
                true,
                (arena, tun) -> {
                    org.junit.jupiter.api.Assumptions.assumeTrue(tun.udpOffload(), "Linux 6.2");
                    Libc libc = Libc.open();
                    int fd = libc.socket(Linux.AF_INET(), Linux.SOCK_DGRAM(), 0);
                    assertTrue(
                            libc.setsockopt(fd, Linux.SOL_UDP(), Linux.UDP_SEGMENT(), 1000) >= 0);
                    MemorySegment address = arena.allocate(16, 8);
                    address.set(Layouts.NATIVE_SHORT, 0, (short) Linux.AF_INET());
                    address.set(Layouts.BE_SHORT, 2, (short) 7777);
                    address.set(Layouts.BE_INT, 4, 0x0a070002);
                    MemorySegment data = arena.allocate(5500);
                    assertEquals(
                            5500, libc.sendto(fd, data.address(), 5500, 0, address.address(), 16));
                    libc.close(fd);
                    MemorySegment buffer = arena.allocate(READ);
                    assertEquals(VirtioNetHeader.BYTES + 28 + 5500, read(arena, tun, buffer, 17));
                    assertEquals(VirtioNetHeader.GSO_UDP_L4, VirtioNetHeader.gsoType(buffer, 0));
                    assertEquals(1000, VirtioNetHeader.gsoSize(buffer, 0));
                    assertEquals(20, VirtioNetHeader.csumStart(buffer, 0));
                    assertEquals(6, VirtioNetHeader.csumOffset(buffer, 0));
                    assertEquals(VirtioNetHeader.NEEDS_CSUM, VirtioNetHeader.flags(buffer, 0) & 1);
                });
    }

    @Test
    void severalQueuesAreOneInterface() {
        NetworkNamespace.run(
                () -> {
                    try (LinuxTunDevice tun =
                            LinuxTunDevice.open(new TunOptions("t0", 3, true, false))) {
                        assertEquals(3, tun.queues());
                        assertTrue(tun.fd(0) != tun.fd(1) && tun.fd(1) != tun.fd(2));
                        assertTrue(sh("ip -d link show t0").contains("multi_queue"));
                        assertFalse(tun.udpOffload());
                    }
                });
    }
}
