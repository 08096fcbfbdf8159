package dev.taltun.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A lighthouse of its own process on the loopback, with so many nodes in its file. */
final class LighthouseUnderLoad implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;

    private static final Duration START = Duration.ofSeconds(60);
    private static final String READY = "ready";

    private final Path file;
    private final Path log;
    private final Process process;

    private LighthouseUnderLoad(Path file, Path log, Process process) {
        this.file = file;
        this.log = log;
        this.process = process;
    }

    /** Starts one and returns when it is ready. */
    static LighthouseUnderLoad start(
            Path launcher, int port, String privateKey, List<String> publicKeys)
            throws IOException, BenchFailure {
        StringBuilder toml =
                new StringBuilder(
                        """
                        [interface]
                        mode = "lighthouse"
                        local_addr = "127.0.0.1:%d"
                        tun_name = "bench-lamp"
                        private_key = "%s"
                        """
                                .formatted(port, privateKey));
        for (int i = 0; i < publicKeys.size(); i++) {
            int n = i + 1;
            toml.append("[[peers]]\npublic_key = \"%s\"\n".formatted(publicKeys.get(i)))
                    .append("vip = \"10.%d.%d.%d\"\n".formatted(n >> 16, n >> 8 & 255, n & 255));
        }
        Path file =
                Files.createTempFile(
                        "taltun-bench",
                        ".toml",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, toml);
        Path log = Files.createTempFile("taltun-bench", ".log");
        Process process =
                new ProcessBuilder(launcher.toString(), "up", "-c", file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        LighthouseUnderLoad lighthouse = new LighthouseUnderLoad(file, log, process);
        try {
            lighthouse.awaitReady();
        } catch (BenchFailure e) {
            lighthouse.close();
            throw e;
        }
        return lighthouse;
    }

    private void awaitReady() throws IOException, BenchFailure {
        long deadline = System.nanoTime() + START.toNanos();
        while (!Files.readString(log).contains(READY)) {
            if (endsWithin(LOOK_MILLIS) || System.nanoTime() > deadline) {
                throw new BenchFailure("the lighthouse: " + Files.readString(log));
            }
        }
    }

    /** Lets time pass; true if the lighthouse ended meanwhile. */
    boolean endsWithin(long millis) throws BenchFailure {
        return Programs.endsWithin(process, millis);
    }

    /** CPU seconds it has used. */
    double cpuSeconds() throws BenchFailure {
        return Usage.now(List.of(process)).processes();
    }

    /** Resident memory in MiB. */
    double rss() throws BenchFailure {
        return Usage.rss(List.of(process));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(file);
        Files.deleteIfExists(log);
    }
}
