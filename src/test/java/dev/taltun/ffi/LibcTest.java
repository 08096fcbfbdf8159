package dev.taltun.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.iovec;
import dev.taltun.ffi.linux.mmsghdr;
import dev.taltun.ffi.linux.msghdr;
import dev.taltun.ffi.linux.pollfd;
import dev.taltun.ffi.linux.sockaddr_in;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibcTest {
    private Arena arena;
    private Libc libc;

    @BeforeEach
    @SuppressWarnings("MustBeClosedChecker") // close() does, after each test
    void open() {
        arena = Arena.ofConfined();
        libc = Libc.open();
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void everyKindOfCallReturnsTheNegatedErrno() {
        MemorySegment buffer = arena.allocate(64);
        long at = buffer.address();
        int badFd = -Linux.EBADF();
        assertEquals(-9, badFd);
        assertEquals(badFd, libc.close(-1));
        assertEquals(badFd, libc.read(-1, buffer));
        assertEquals(badFd, libc.write(-1, at, 1));
        assertEquals(badFd, libc.fcntl(-1, Linux.F_GETFL(), 0));
        assertEquals(badFd, libc.ioctl(-1, Linux.TUNSETIFF(), buffer));
        assertEquals(badFd, libc.sendmmsg(-1, at, 1, 0));
        assertEquals(badFd, libc.recvmmsg(-1, at, 1, 0, 0));
        assertEquals(badFd, libc.sendmsg(-1, at, 0));
        assertEquals(badFd, libc.recvmsg(-1, at, 0));
        assertEquals(badFd, libc.accept4(-1, 0, 0, 0));
        assertEquals(badFd, libc.setns(-1, 0));
        assertEquals(-Linux.ENOENT(), libc.unlink("/proc/no-such-file"));
        assertEquals(-Linux.ENOENT(), libc.open("/proc/no-such-file", Linux.O_RDONLY(), 0));
        assertEquals(-Linux.EINVAL(), libc.unshare(-1));
        assertEquals(-Linux.EINVAL(), libc.schedSetaffinity(0, 0, at));
    }

    @Test
    void errnoOfAnEarlierCallDoesNotLeakIntoALaterOne() {
        assertEquals(-Linux.EBADF(), libc.close(-1));
        int fd = libc.eventfd(0, Linux.EFD_CLOEXEC());
        assertTrue(fd >= 0);
        assertEquals(-Linux.ENOTTY(), libc.ioctl(fd, Linux.TUNGETFEATURES(), arena.allocate(4)));
        assertEquals(0, libc.close(fd));
    }

    @Test
    void eventfdWakesPoll() {
        try (Fd event = new Fd(libc.eventfd(0, Linux.EFD_NONBLOCK() | Linux.EFD_CLOEXEC()))) {
            MemorySegment counter = arena.allocate(JAVA_LONG);
            MemorySegment poll = arena.allocate(pollfd.layout());
            pollfd.fd(poll, event.number());
            pollfd.events(poll, (short) Linux.POLLIN());
            assertEquals(0, libc.poll(poll, 0));
            assertEquals(-Linux.EAGAIN(), libc.read(event.number(), counter));

            counter.set(JAVA_LONG, 0, 5);
            assertEquals(8, libc.write(event.number(), counter));
            assertEquals(1, libc.poll(poll, 1000));
            assertEquals(Linux.POLLIN(), pollfd.revents(poll));
            counter.set(JAVA_LONG, 0, 0);
            assertEquals(8, libc.read(event.number(), counter));
            assertEquals(5, counter.get(JAVA_LONG, 0));
        }
    }

    @Test
    void fileIsCreatedWithItsModeWrittenInPartsAndRemoved(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("parts");
        int create = Linux.O_CREAT() | Linux.O_EXCL() | Linux.O_WRONLY() | Linux.O_CLOEXEC();
        try (Fd fd = new Fd(libc.open(file.toString(), create, 0x180 /* 0600 */))) {
            long text = arena.allocateFrom("sticking").address();
            assertEquals(3, libc.write(fd.number(), text, 3));
            assertEquals(3, libc.write(fd.number(), text + 5, 3));
        }
        assertEquals("stiing", Files.readString(file));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(-Linux.EEXIST(), libc.open(file.toString(), create, 0x180));
        assertEquals(0, libc.unlink(file.toString()));
        assertFalse(Files.exists(file));
    }

    @Test
    void variadicCallsPassTheirArgument() {
        try (Fd fd = new Fd(libc.eventfd(0, 0))) {
            int before = libc.fcntl(fd.number(), Linux.F_GETFL(), 0);
            assertEquals(0, before & Linux.O_NONBLOCK());
            long flags = before | Linux.O_NONBLOCK();
            assertEquals(0, libc.fcntl(fd.number(), Linux.F_SETFL(), flags));
            assertEquals(flags, libc.fcntl(fd.number(), Linux.F_GETFL(), 0));
        }
    }

    @Test
    void datagramsGoOutAndComeInInBatches() {
        try (Fd receiver = udpSocket();
                Fd sender = udpSocket()) {
            MemorySegment to = loopback(0);
            assertEquals(0, libc.bind(receiver.number(), to));
            assertEquals(to.byteSize(), libc.getsockname(receiver.number(), to));
            assertTrue(sockaddr_in.sin_port(to) != 0);
            assertEquals(0, libc.connect(sender.number(), to));

            MemorySegment out = batch(2);
            part(out, 0).set(JAVA_INT, 0, 7);
            part(out, 1).set(JAVA_INT, 0, 8);
            assertEquals(2, libc.sendmmsg(sender.number(), out.address(), 2, 0));
            MemorySegment in = batch(3);
            int flags = Linux.MSG_WAITFORONE();
            assertEquals(2, libc.recvmmsg(receiver.number(), in.address(), 3, flags, 0));
            assertEquals(7, part(in, 0).get(JAVA_INT, 0));
            assertEquals(8, part(in, 1).get(JAVA_INT, 0));
            assertEquals(4, mmsghdr.msg_len(mmsghdr.asSlice(in, 1)));

            MemorySegment four = arena.allocateFrom(JAVA_INT, 9);
            assertEquals(4, libc.sendto(sender.number(), four, 0, MemorySegment.NULL));
            assertEquals(4, libc.recv(receiver.number(), four, 0));
            int dontWait = Linux.MSG_DONTWAIT();
            assertEquals(-Linux.EAGAIN(), libc.recv(receiver.number(), four, dontWait));
        }
    }

    @Test
    void optionsAreSetAndRead() {
        try (Fd fd = udpSocket()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            int level = Linux.SOL_SOCKET();
            assertEquals(0, libc.setsockopt(fd.number(), level, Linux.SO_REUSEPORT(), 1));
            assertEquals(4, libc.getsockopt(fd.number(), level, Linux.SO_REUSEPORT(), value));
            assertEquals(1, value.get(JAVA_INT, 0));
            assertEquals(-Linux.ENOPROTOOPT(), libc.getsockopt(fd.number(), level, 0x7fff, value));
        }
    }

    @Test
    void segmentsThatTheKernelCannotReachAreRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThrows(IllegalArgumentException.class, () -> libc.read(-1, heap));
        MemorySegment gone;
        try (Arena brief = Arena.ofConfined()) {
            gone = brief.allocate(8);
        }
        assertThrows(IllegalArgumentException.class, () -> libc.write(-1, gone));
    }

    @Test
    void fdIsClosedOnce() {
        int number = libc.eventfd(0, 0);
        Fd fd = new Fd(number);
        assertTrue(fd.isOpen());
        fd.close();
        assertEquals(-Linux.EBADF(), libc.fcntl(number, Linux.F_GETFL(), 0));
        int reused = libc.eventfd(0, 0);
        fd.close();
        assertTrue(libc.fcntl(reused, Linux.F_GETFL(), 0) >= 0, "a second close hit a stranger");
        assertEquals(0, libc.close(reused));
        assertEquals(-1, fd.number());
        assertFalse(fd.isOpen());
        assertThrows(IllegalArgumentException.class, () -> new Fd(-Linux.EPERM()));
    }

    private Fd udpSocket() {
        int type = Linux.SOCK_DGRAM() | Linux.SOCK_CLOEXEC();
        return new Fd(libc.socket(Linux.AF_INET(), type, 0));
    }

    private MemorySegment loopback(int port) {
        MemorySegment address = sockaddr_in.allocate(arena);
        sockaddr_in.sin_family(address, (short) Linux.AF_INET());
        sockaddr_in.sin_port(address, (short) port);
        MemorySegment ip = sockaddr_in.sin_addr(address);
        ip.set(JAVA_BYTE, 0, (byte) 127);
        ip.set(JAVA_BYTE, 3, (byte) 1);
        return address;
    }

    private MemorySegment batch(int count) {
        MemorySegment messages = mmsghdr.allocateArray(count, arena);
        for (int i = 0; i < count; i++) {
            MemorySegment vector = iovec.allocate(arena);
            setPart(vector, 0, arena.allocate(4));
            MemorySegment header = mmsghdr.msg_hdr(mmsghdr.asSlice(messages, i));
            msghdr.msg_iov(header, vector);
            msghdr.msg_iovlen(header, 1);
        }
        return messages;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment part(MemorySegment messages, int index) {
        MemorySegment header = mmsghdr.msg_hdr(mmsghdr.asSlice(messages, index));
        MemorySegment vector = msghdr.msg_iov(header).reinterpret(iovec.sizeof());
        return iovec.iov_base(vector).reinterpret(iovec.iov_len(vector));
    }

    private static void setPart(MemorySegment vectors, int index, MemorySegment part) {
        MemorySegment vector = iovec.asSlice(vectors, index);
        iovec.iov_base(vector, part);
        iovec.iov_len(vector, part.byteSize());
    }
}
