package dev.taltun.cli;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.SecretKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun genkey} and {@code taltun genpsk}: a new secret in base64, as wg(8) prints it. */
final class GenerateCommand implements CliCommand {
    private static final Set<PosixFilePermission> READ_BY_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private final Supplier<SecretKey> generator;
    private final String description;

    private GenerateCommand(Supplier<SecretKey> generator, String description) {
        this.generator = generator;
        this.description = description;
    }

    static GenerateCommand privateKey() {
        return new GenerateCommand(
                SecretKey::generate,
                "Prints a new private key in base64. Keep it to this machine: umask 077; taltun"
                        + " genkey > private.key");
    }

    static GenerateCommand presharedKey() {
        return new GenerateCommand(
                SecretKey::generatePreshared,
                "Prints a new preshared key in base64, for the peer entries of both sides.");
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage().description(description);
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        if (isReadByOthers(console)) {
            console.err()
                    .println(
                            "warning: the secret goes to a file that other users may read; set"
                                    + " umask 077 and make a new one");
        }
        try (SecretKey key = generator.get()) {
            byte[] bytes = key.toBytes();
            byte[] text = Base64.getEncoder().encode(bytes);
            console.out().write(text);
            console.out().println();
            ConstantTime.wipe(bytes, text);
        }
        if (console.out().checkError()) {
            throw new IOException("the key could not be written; is the disk full?");
        }
        return ExitCode.OK;
    }

    private static boolean isReadByOthers(Console console) {
        try {
            if (!Files.isRegularFile(console.outFile())) {
                return false;
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(console.outFile());
            return READ_BY_OTHERS.stream().anyMatch(permissions::contains);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
