package dev.taltun.netns;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.io.tun.VirtioNetHeader;
import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Raw IP packets into and out of a tunnel device from the kernel's side, past its routing, sockets
 * and filters (packet(7)). Each packet has a {@link VirtioNetHeader} in front: so super-packets can
 * be given to the device, and those that come out of it are seen as they are.
 */
public final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int ADDRESS_BYTES = 20;
    private static final int ETH_P_ALL = 3;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int LARGEST = 65_535 + VirtioNetHeader.BYTES;
    private static final int QUEUE_BYTES = 64 << 20;

    private final Arena arena = Arena.ofShared();
    private final Libc libc = Libc.open();
    private final MemorySegment buffer = arena.allocate(LARGEST);
    private final MemorySegment address = arena.allocate(ADDRESS_BYTES, 4);
    private final Fd fd;

    /** One packet or super-packet, with its offload header. */
    public record Captured(byte[] header, byte[] packet) {}

    private PacketSocket(String device, boolean capture) throws Exception {
        // Made with protocol 0 it gets nothing until it is bound to its device.
        fd = new Fd(libc.socket(AF_PACKET, SOCK_RAW, 0));
        option(SOL_PACKET, PACKET_VNET_HDR, 1);
        address.set(Layouts.NATIVE_SHORT, 0, (short) AF_PACKET);
        address.set(Layouts.NATIVE_INT, 4, NetworkInterface.getByName(device).getIndex());
        if (capture) {
            option(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            option(SOL_SOCKET, SO_RCVBUFFORCE, QUEUE_BYTES);
            protocol(ETH_P_ALL);
            check("bind", libc.bind(fd.number(), address));
        }
    }

    /** Puts packets into a device, as if the kernel had routed them there. */
    public static PacketSocket sender(Namespace namespace, String device) {
        return namespace.inside(() -> new PacketSocket(device, false));
    }

    /** Sees every packet that a device brings in from now on. */
    public static PacketSocket capture(Namespace namespace, String device) {
        return namespace.inside(() -> new PacketSocket(device, true));
    }

    private void option(int level, int name, int value) {
        check("setsockopt " + name, libc.setsockopt(fd.number(), level, name, value));
    }

    private void protocol(int etherType) {
        address.set(Layouts.BE_SHORT, 2, (short) etherType);
    }

    private static void check(String what, long result) {
        if (result < 0) {
            throw new AssertionError(what + ": " + Errno.words((int) -result));
        }
    }

    /** Sends one packet or super-packet; of an unknown IP version, it goes as IPv4. */
    public void send(byte[] header, byte[] packet) {
        boolean ipv6 = packet.length > 0 && packet[0] >> 4 == 6;
        protocol(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
        MemorySegment.copy(header, 0, buffer, Layouts.BYTE, 0, header.length);
        MemorySegment.copy(packet, 0, buffer, Layouts.BYTE, header.length, packet.length);
        MemorySegment message = buffer.asSlice(0, header.length + packet.length);
        check("sendto", libc.sendto(fd.number(), message, 0, address));
    }

    /** Takes what has come, without waiting. */
    public List<Captured> poll() {
        List<Captured> all = new ArrayList<>();
        while (true) {
            long length = libc.recv(fd.number(), buffer, MSG_DONTWAIT);
            if (length == -Errno.EAGAIN) {
                return all;
            }
            check("recv", length);
            byte[] bytes = buffer.asSlice(0, length).toArray(Layouts.BYTE);
            byte[] header = Arrays.copyOf(bytes, VirtioNetHeader.BYTES);
            byte[] packet = Arrays.copyOfRange(bytes, VirtioNetHeader.BYTES, bytes.length);
            all.add(new Captured(header, packet));
        }
    }

    /** A field of 16 bits of an offload header, which is in the machine's order. */
    public static int field(byte[] header, int offset) {
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        int first = header[offset] & 0xff;
        int second = header[offset + 1] & 0xff;
        return little ? second << 8 | first : first << 8 | second;
    }

    @Override
    public void close() {
        fd.close();
        arena.close();
    }
}
