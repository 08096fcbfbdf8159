package dev.taltun.host;

import dev.taltun.config.ConfigException;
import dev.taltun.config.ConfigLoader;
import dev.taltun.config.Overrides;
import dev.taltun.config.TaltunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Configurations as users write them. */
final class TestConfig {
    private static final String OWN = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    private static final String PEER = "JAJ1iuqLK+8XQT4X+0YqHIB5jQIRHbXjqSCmUGrlSgQ=";

    private TestConfig() {}

    /**
     * @param more lines of {@code [interface]}, and tables
     * @param allowed networks of the one peer, quoted
     */
    static TaltunConfig of(Path folder, String more, String allowed)
            throws IOException, ConfigException {
        String text =
                """
                [interface]
                tun_name = "taltun0"
                vip = ["10.77.0.1/24", "fd77::1/64"]
                private_key = "%s"
                %s
                [[peers]]
                public_key = "%s"
                vip = "10.77.0.2"
                allowed_ips = [%s]
                """
                        .formatted(OWN, more, PEER, allowed);
        Path file = Files.writeString(folder.resolve("config.toml"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return ConfigLoader.load(Optional.of(file), new Overrides()).config();
    }
}
