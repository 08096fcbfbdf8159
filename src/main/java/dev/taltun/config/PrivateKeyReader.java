package dev.taltun.config;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.SecretKey;
import java.nio.CharBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/** Finds the private key: in the configuration itself or in a file of its own. */
final class PrivateKeyReader {
    private static final String MAKE_ONE = "make one with \"taltun genkey\"";

    /** More than any spelling of a key with white space around it. */
    private static final int FILE_MAX = 4096;

    private final Problems problems;
    private final Path folder;

    /** Relative paths in the file mean from {@code folder} on, those of flags from here. */
    PrivateKeyReader(Problems problems, Path folder) {
        this.problems = problems;
        this.folder = folder;
    }

    /** The key, or null after noting why there is none. */
    SecretKey read(RawTable table) {
        RawValue inline = table.get(InterfaceKey.PRIVATE_KEY);
        RawValue file = table.get(InterfaceKey.PRIVATE_KEY_FILE);
        if (inline != null && file != null) {
            problems.error(
                    file.source(),
                    "private_key is given too (" + inline.source().brief() + ")",
                    "keep one of them");
            return null;
        }
        if (inline != null) {
            return checked(inline, problems.parse(inline, SecretKey::parse, MAKE_ONE));
        }
        if (file != null) {
            return fromFile(file);
        }
        if (!table.lacks(InterfaceKey.PRIVATE_KEY) || !table.lacks(InterfaceKey.PRIVATE_KEY_FILE)) {
            return null;
        }
        problems.error(
                table.missing(InterfaceKey.PRIVATE_KEY),
                "missing",
                table.header().file() == null
                        ? "run \"taltun genkey > private.key\" and name that file"
                        : "run \"taltun genkey > private.key\" and set private_key_file ="
                                + " \"private.key\"");
        return null;
    }

    private SecretKey fromFile(RawValue value) {
        if (isKey(value.text())) {
            problems.error(
                    value.source(),
                    "this is a key, not a file",
                    "write it as private_key = \"...\"");
            return null;
        }
        Path path = path(value);
        if (path == null) {
            return null;
        }
        String shown = Shown.path(path.toString());
        byte[] bytes = null;
        char[] text = null;
        try {
            bytes = UserFile.read(path, FILE_MAX);
            text = new char[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                text[i] = (char) (bytes[i] & 0xff);
            }
            SecretKey key = checked(value, SecretKey.parse(CharBuffer.wrap(text)));
            if (UserFile.isOpenToOthers(path)) {
                problems.warning(
                        value.source(),
                        shown + " is open to other users (" + UserFile.permissions(path) + ")",
                        "run: chmod 600 " + shown);
            }
            return key;
        } catch (IllegalArgumentException e) {
            String reason = shown + ": " + e.getMessage();
            problems.reason(value.source(), new IllegalArgumentException(reason, e), MAKE_ONE);
            return null;
        } finally {
            wipe(bytes, text);
        }
    }

    private static void wipe(byte[] bytes, char[] text) {
        if (bytes != null) {
            Arrays.fill(bytes, (byte) 0);
        }
        if (text != null) {
            Arrays.fill(text, '\0');
        }
    }

    private Path path(RawValue value) {
        try {
            Path path = Path.of(value.text());
            if (value.text().isEmpty()) {
                throw new InvalidPathException("", "empty");
            }
            return value.source().file() == null ? path : folder.resolve(path);
        } catch (InvalidPathException e) {
            problems.error(value.source(), "is not a path", "name the file with the private key");
            return null;
        }
    }

    private static boolean isKey(String text) {
        try (SecretKey key = SecretKey.parse(text)) {
            return key != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** All zeros is how an example or a cleared device looks; it would be everybody's key. */
    private SecretKey checked(RawValue value, SecretKey key) {
        if (key == null) {
            return null;
        }
        byte[] bytes = key.toBytes();
        boolean zero = ConstantTime.isZero(bytes);
        Arrays.fill(bytes, (byte) 0);
        if (zero) {
            problems.error(value.source(), "the key is all zeros", MAKE_ONE);
            key.close();
            return null;
        }
        return key;
    }
}
