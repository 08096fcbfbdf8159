package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Keys and files that the tests of this package share. */
final class Toml {
    /**
     * A private key and what belongs to it; made of fixed bytes, so that messages can be compared.
     */
    static final String OWN = privateKey(1);

    static final String OWN_PUBLIC = publicKey(1);
    static final String PEER_A = publicKey(2);
    static final String PEER_B = publicKey(3);
    static final String SECRET_MARK = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U";

    private Toml() {}

    static String privateKey(int seed) {
        return Base64.getEncoder().encodeToString(bytes(seed));
    }

    static String publicKey(int seed) {
        try (SecretKey key = SecretKey.copyOf(bytes(seed))) {
            PublicKey shown = X25519.publicKey(key);
            return shown.toBase64();
        }
    }

    /** Not a point anybody knows the secret of, but well-formed and different for each number. */
    static String anyPublicKey(int number) {
        byte[] bytes = bytes(9);
        bytes[0] = (byte) number;
        bytes[1] = (byte) (number >> 8);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(int seed) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (seed * 31 + i * 7);
        }
        return bytes;
    }

    /** Puts keys in: {@code $OWN}, {@code $OWNPUB}, {@code $A}, {@code $B}, {@code $SECRET}. */
    static String fill(String text) {
        return text.replace("$OWNPUB", OWN_PUBLIC)
                .replace("$OWN", OWN)
                .replace("$A", PEER_A)
                .replace("$B", PEER_B)
                .replace("$SECRET", SECRET_MARK);
    }

    static Path write(Path folder, String name, String text, String permissions) {
        try {
            Path file = Files.writeString(folder.resolve(name), text);
            return Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static LoadedConfig load(Path folder, String text) throws ConfigException {
        Path file = write(folder, "config.toml", fill(text), "rw-------");
        return ConfigLoader.load(Optional.of(file), new Overrides());
    }

    /** The lines of refusal with the file's path as {@code FILE}; empty if there was none. */
    static List<String> mistakes(Path folder, String text) {
        try {
            load(folder, text).config().close();
            return List.of();
        } catch (ConfigException e) {
            return e.lines().stream()
                    .map(line -> line.replace(folder.resolve("config.toml").toString(), "FILE"))
                    .map(line -> line.replace(folder.toString(), "DIR"))
                    .toList();
        }
    }
}
