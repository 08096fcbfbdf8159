package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.io.udp.LinuxUdpFan;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.UdpOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Opens the UDP sockets of an engine: one a worker, all on one port. */
final class Sockets {
    /** Peers that may be reached at a guessed port at the same time, each through a socket. */
    private static final int PREDICTED_PEERS = 256;

    private Sockets() {}

    /**
     * @param port 0 for any
     * @param mark of what is sent; 0 for none
     * @throws IOException with one line for the user
     */
    static List<LinuxUdpSocket> open(InterfaceConfig config, int workers, int port, int mark)
            throws IOException {
        List<LinuxUdpSocket> sockets = new ArrayList<>();
        try {
            if (workers == 1) {
                sockets.add(LinuxUdpSocket.open(options(config, port, mark, false)));
                return sockets;
            }
            // Sharing hides that another process has the port, so ask for it alone first.
            int found;
            try (LinuxUdpSocket probe = LinuxUdpSocket.open(options(config, port, mark, false))) {
                found = probe.port();
            }
            for (int i = 0; i < workers; i++) {
                sockets.add(LinuxUdpSocket.open(options(config, found, mark, true)));
            }
            return sockets;
        } catch (IOException | RuntimeException e) {
            sockets.forEach(LinuxUdpSocket::close);
            throw e;
        }
    }

    /**
     * Sockets for guessing ports, none of them open yet.
     *
     * @param main shows their mark
     * @throws IOException with one line for the user
     */
    static LinuxUdpFan fan(InterfaceConfig config, LinuxUdpSocket main) throws IOException {
        int most = config.punchPorts() + PREDICTED_PEERS;
        return LinuxUdpFan.of(main, options(config, 0, 0, false), most);
    }

    private static UdpOptions options(InterfaceConfig config, int port, int mark, boolean shared) {
        return new UdpOptions(
                config.local().address().toInetAddress(),
                port,
                shared,
                mark,
                config.offloads().udpGso(),
                config.offloads().udpGro());
    }
}
