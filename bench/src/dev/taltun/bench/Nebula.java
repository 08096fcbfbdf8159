package dev.taltun.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two Nebula nodes of one certificate authority, each with the other in its static host map. */
final class Nebula implements Contender {
    private static final int PORT = 4242;

    @Override
    public String name() {
        return "nebula";
    }

    @Override
    public List<String> programs() {
        return List.of("nebula", "nebula-cert");
    }

    @Override
    public String version() {
        return "nebula " + Contender.firstLine("nebula", "-version") + ", aes";
    }

    @Override
    public void prepare(Lab lab) throws BenchFailure {
        cert(lab, "ca", "-name", "bench", "-duration", "48h");
        for (int end = 0; end < 2; end++) {
            String address = lab.inner(end) + "/24";
            String crt = lab.file(end + ".crt").toString();
            String key = lab.file(end + ".key").toString();
            cert(
                    lab,
                    "sign",
                    "-name",
                    "end" + end,
                    "-ip",
                    address,
                    "-ca-crt",
                    lab.file("ca.crt").toString(),
                    "-ca-key",
                    lab.file("ca.key").toString(),
                    "-out-crt",
                    crt,
                    "-out-key",
                    key);
            lab.write(end + ".yml", config(lab, end, crt, key));
        }
    }

    private static void cert(Lab lab, String verb, String... options) throws BenchFailure {
        List<String> command = new ArrayList<>(List.of("nebula-cert", verb));
        command.addAll(List.of(options));
        if (verb.equals("ca")) {
            Path crt = lab.file("ca.crt");
            Path key = lab.file("ca.key");
            command.addAll(List.of("-out-crt", crt.toString(), "-out-key", key.toString()));
        }
        Programs.run(Duration.ofSeconds(10), command);
    }

    private static String config(Lab lab, int end, String crt, String key) {
        int peer = 1 - end;
        return """
        pki: {ca: "%s", cert: "%s", key: "%s"}
        static_host_map: {"%s": ["%s:%d"]}
        lighthouse: {am_lighthouse: false, interval: 60, hosts: []}
        listen: {host: 0.0.0.0, port: %d}
        cipher: aes
        tun: {dev: "%s", mtu: %d}
        logging: {level: warning}
        firewall:
          outbound: [{port: any, proto: any, host: any}]
          inbound: [{port: any, proto: any, host: any}]
        """
                .formatted(
                        lab.file("ca.crt"),
                        crt,
                        key,
                        lab.inner(peer),
                        lab.outer(peer),
                        PORT,
                        PORT,
                        lab.device(end),
                        Lab.MTU);
    }

    @Override
    public List<Process> start(Lab lab) throws BenchFailure {
        return lab.startTunnel(
                end -> List.of("nebula", "-config", lab.file(end + ".yml").toString()));
    }
}
