package dev.taltun.cli;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.Arrays;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun pubkey}: private key in, public key out, as wg(8) does it. */
final class PubkeyCommand implements CliCommand {
    private static final int INPUT_MAX = 4096;

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Reads a private key (base64 or hex) and prints the public key that belongs"
                                + " to it: taltun pubkey < private.key");
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        byte[] bytes = console.in().readNBytes(INPUT_MAX);
        char[] text = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            text[i] = (char) (bytes[i] & 0xff);
        }
        try (SecretKey key = SecretKey.parse(CharBuffer.wrap(text))) {
            console.out().println(X25519.publicKey(key).toBase64());
            console.out().flush();
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            String reason = e.getMessage();
            String remedy = reason.contains("; ") ? "" : "; write: taltun pubkey < private.key";
            console.complain("pubkey", reason + remedy);
            return ExitCode.USAGE;
        } finally {
            ConstantTime.wipe(bytes);
            Arrays.fill(text, '\0');
        }
    }
}
