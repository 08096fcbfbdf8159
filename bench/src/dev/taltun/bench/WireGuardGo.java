package dev.taltun.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** wireguard-go in the foreground, set up by wg(8). */
final class WireGuardGo implements Contender {
    private static final int PORT = 51820;
    private static final int SOCKET_MILLIS = 5000;

    @Override
    public String name() {
        return "wireguard-go";
    }

    @Override
    public List<String> programs() {
        return List.of("wireguard-go", "wg");
    }

    @Override
    public String version() {
        return Contender.firstLine("wireguard-go", "--version");
    }

    @Override
    public void prepare(Lab lab) {
        WireGuardKeys[] keys = {WireGuardKeys.generate(), WireGuardKeys.generate()};
        for (int end = 0; end < 2; end++) {
            int peer = 1 - end;
            lab.write(
                    end + ".conf",
                    """
                    [Interface]
                    PrivateKey = %s
                    ListenPort = %d
                    [Peer]
                    PublicKey = %s
                    AllowedIPs = %s/32
                    Endpoint = %s:%d
                    """
                            .formatted(
                                    keys[end].privateKey(),
                                    PORT,
                                    keys[peer].publicKey(),
                                    lab.inner(peer),
                                    lab.outer(peer),
                                    PORT));
        }
    }

    @Override
    public List<Process> start(Lab lab) throws BenchFailure {
        List<Process> started =
                lab.startTunnel(end -> List.of("wireguard-go", "-f", lab.device(end)));
        for (int end = 0; end < 2; end++) {
            String device = lab.device(end);
            awaitSocket(started.get(end), Path.of("/var/run/wireguard", device + ".sock"));
            String config = lab.file(end + ".conf").toString();
            Programs.run("wg", "setconf", device, config);
            lab.ip(end, "addr add " + lab.inner(end) + "/24 dev " + device);
            lab.ip(end, "link set " + device + " mtu " + Lab.MTU + " up");
        }
        return started;
    }

    private static void awaitSocket(Process process, Path socket) throws BenchFailure {
        for (int waited = 0; !Files.exists(socket); waited += 2) {
            if (waited > SOCKET_MILLIS || Programs.endsWithin(process, 2)) {
                throw new BenchFailure("wireguard-go: no control socket " + socket);
            }
        }
    }
}
