package dev.taltun.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        List<Process> started = new ArrayList<>();
        for (int end = 0; end < 2; end++) {
            List<String> command = List.of("wireguard-go", "-f", lab.device(end));
            started.add(lab.start(end, "tunnel" + end, command));
        }
        for (int end = 0; end < 2; end++) {
            String device = lab.device(end);
            awaitSocket(Path.of("/var/run/wireguard", device + ".sock"));
            String config = lab.file(end + ".conf").toString();
            Programs.run("wg", "setconf", device, config);
            lab.ip(end, "addr add " + lab.inner(end) + "/24 dev " + device);
            lab.ip(end, "link set " + device + " mtu " + Lab.MTU + " up");
        }
        return started;
    }

    private static void awaitSocket(Path socket) throws BenchFailure {
        for (int waited = 0; !Files.exists(socket); waited += 2) {
            if (waited > SOCKET_MILLIS) {
                throw new BenchFailure("wireguard-go: no control socket " + socket);
            }
            Programs.pause(2);
        }
    }
}
