package dev.taltun.netns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** A name server in a namespace that knows one IPv4 address for whatever it is asked. */
final class NameServer implements AutoCloseable {
    private static final int PORT = 53;
    private static final int HEADER_BYTES = 12;
    private static final int TYPE_A = 1;
    private static final byte[] POINTER_TO_QUESTION = {(byte) 0xc0, HEADER_BYTES};

    private final DatagramSocket socket;
    private final Set<String> asked = new ConcurrentSkipListSet<>();
    private volatile String address;

    NameServer(Namespace namespace, String address) {
        this.address = address;
        socket = namespace.inside(() -> new DatagramSocket(PORT));
        Thread.ofPlatform().daemon().name("name server").start(this::serve);
    }

    /** What it says from now on. */
    void moveTo(String other) {
        address = other;
    }

    /** Every name that was asked for. */
    Set<String> asked() {
        return Set.copyOf(asked);
    }

    private void serve() {
        byte[] bytes = new byte[1500];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                socket.receive(packet);
                byte[] answer = answer(Arrays.copyOf(bytes, packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            assert socket.isClosed() : e;
        }
    }

    private byte[] answer(byte[] question) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(question);
        StringBuilder name = new StringBuilder();
        int at = HEADER_BYTES;
        for (; in.get(at) != 0; at += 1 + in.get(at)) {
            name.append(new String(question, at + 1, in.get(at), StandardCharsets.US_ASCII))
                    .append('.');
        }
        asked.add(name.toString());
        boolean known = in.getShort(at + 1) == TYPE_A;
        int end = at + 1 + 4;
        ByteBuffer out = ByteBuffer.allocate(end + 16);
        out.put(question, 0, end);
        out.putShort(2, (short) 0x8180).putShort(6, (short) (known ? 1 : 0)).putInt(8, 0);
        if (known) {
            byte[] ip = ((Inet4Address) InetAddress.getByName(address)).getAddress();
            out.put(POINTER_TO_QUESTION).putShort((short) TYPE_A).putShort((short) 1);
            out.putInt(60).putShort((short) ip.length).put(ip);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    @Override
    public void close() {
        socket.close();
    }
}
