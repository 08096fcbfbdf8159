package dev.taltun.netns.nat;

import dev.taltun.netns.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A UDP socket in a namespace that sends and hears words. Used by one thread. */
final class UdpPeer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 5000;
    private static final int LARGEST = 1500;

    private final DatagramSocket socket;

    UdpPeer(Namespace namespace, int port) {
        socket = namespace.inside(() -> new DatagramSocket(port));
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String word, String address, int port) {
        try {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(address), port);
            socket.send(new DatagramPacket(bytes, bytes.length, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String word, InetSocketAddress to) {
        send(word, to.getAddress().getHostAddress(), to.getPort());
    }

    /** Waits for this word: from where it came. */
    InetSocketAddress hear(String word) {
        return hearUntil(word).get(word);
    }

    /** All words up to this one, which must come, and from where each came. */
    Map<String, InetSocketAddress> hearUntil(String last) {
        Map<String, InetSocketAddress> heard = new LinkedHashMap<>();
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        try {
            while (!heard.containsKey(last)) {
                socket.receive(packet);
                String word =
                        new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
                heard.put(word, (InetSocketAddress) packet.getSocketAddress());
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("never heard " + last + ", only " + heard, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return heard;
    }

    @Override
    public void close() {
        socket.close();
    }
}
