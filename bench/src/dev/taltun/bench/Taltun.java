package dev.taltun.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * Taltun by its launcher, with one of its cipher suites. Both ends are clients, which shake hands
 * as soon as they are up: whichever is second reaches the first.
 */
final class Taltun implements Contender {
    private static final int PORT = 51820;

    private final Path launcher;
    private final String cipher;

    /**
     * @param launcher {@code bin/taltun}
     * @param cipher as the configuration takes it
     */
    Taltun(Path launcher, String cipher) {
        this.launcher = launcher;
        this.cipher = cipher;
    }

    @Override
    public String name() {
        return "taltun-" + cipher.substring(0, cipher.indexOf('-')).replace("chacha20", "chacha");
    }

    @Override
    public List<String> programs() {
        return List.of();
    }

    @Override
    public String version() {
        return Contender.firstLine(launcher.toString(), "--version") + ", " + cipher;
    }

    @Override
    public void prepare(Lab lab) {
        WireGuardKeys[] keys = {WireGuardKeys.generate(), WireGuardKeys.generate()};
        for (int end = 0; end < 2; end++) {
            int peer = 1 - end;
            lab.write(
                    end + ".toml",
                    """
                    [interface]
                    mode = "client"
                    tun_name = "%s"
                    local_addr = "0.0.0.0:%d"
                    vip = "%s/24"
                    private_key = "%s"
                    mtu = %d
                    cipher = "%s"
                    [[peers]]
                    public_key = "%s"
                    vip = "%s"
                    endpoint = "%s:%d"
                    """
                            .formatted(
                                    lab.device(end),
                                    PORT,
                                    lab.inner(end),
                                    keys[end].privateKey(),
                                    Lab.MTU,
                                    cipher,
                                    keys[peer].publicKey(),
                                    lab.inner(peer),
                                    lab.outer(peer),
                                    PORT));
        }
    }

    @Override
    public List<Process> start(Lab lab) throws BenchFailure {
        return lab.startTunnel(
                end ->
                        List.of(
                                launcher.toString(),
                                "up",
                                "-c",
                                lab.file(end + ".toml").toString()));
    }
}
