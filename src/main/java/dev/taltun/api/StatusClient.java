package dev.taltun.api;

import dev.taltun.crypto.ConstantTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks the control sockets of this machine, as {@code wg show} does. Any thread. */
public final class StatusClient {
    /** Where wg(8) and every userspace implementation have their sockets. */
    public static final Path DIRECTORY = Path.of("/var/run/wireguard");

    private static final String SUFFIX = ".sock";
    private static final int FIRST_BYTES = 1 << 14;

    private StatusClient() {}

    /** Names of the interfaces with a socket; one may be left by a program that died. */
    public static List<String> interfaces() throws IOException {
        if (!Files.isDirectory(DIRECTORY)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }

    /**
     * What an interface says of itself; empty if nobody listens.
     *
     * @throws IOException with one line for the user
     */
    public static Optional<InterfaceReport> report(String interfaceName) throws IOException {
        Path socket = DIRECTORY.resolve(interfaceName + SUFFIX);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("get=1\n\n".getBytes(StandardCharsets.US_ASCII)));
            return Optional.of(read(channel, new ReportReader(interfaceName)));
        } catch (ConnectException e) {
            return Optional.empty();
        } catch (SocketException e) {
            throw new IOException(
                    "control socket " + socket + ": " + e.getMessage() + "; run as root", e);
        }
    }

    /** Reads until the empty line that ends an answer. The bytes hold keys, so they are wiped. */
    private static InterfaceReport read(SocketChannel channel, ReportReader reader)
            throws IOException {
        byte[] bytes = new byte[FIRST_BYTES];
        int length = 0;
        int from = 0;
        try {
            while (true) {
                if (length == bytes.length) {
                    // Move what is left of a line to the front, or make room for a longer one.
                    byte[] next = new byte[from > 0 ? bytes.length : 2 * bytes.length];
                    System.arraycopy(bytes, from, next, 0, length - from);
                    ConstantTime.wipe(bytes);
                    bytes = next;
                    length -= from;
                    from = 0;
                }
                int count = channel.read(ByteBuffer.wrap(bytes, length, bytes.length - length));
                if (count < 0) {
                    throw new IOException("the engine ended while it was asked; try again");
                }
                for (int end = length; end < length + count; end++) {
                    if (bytes[end] == '\n') {
                        if (end == from) {
                            return reader.report();
                        }
                        reader.line(bytes, from, end - from);
                        from = end + 1;
                    }
                }
                length += count;
            }
        } finally {
            ConstantTime.wipe(bytes);
        }
    }
}
