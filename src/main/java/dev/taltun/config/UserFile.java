package dev.taltun.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** A file the user named: reading it, and who else may. */
final class UserFile {
    private static final Set<PosixFilePermission> FOR_OTHERS =
            EnumSet.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE);

    private UserFile() {}

    /**
     * Reads a file to its end.
     *
     * @throws IllegalArgumentException in the form "problem; remedy", without the path
     */
    static byte[] read(Path path, int bytesMax) {
        try {
            if (Files.isDirectory(path)) {
                throw new IllegalArgumentException("is a directory; name the file in it");
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(bytesMax + 1);
            }
            if (bytes.length > bytesMax) {
                throw new IllegalArgumentException(
                        "is larger than " + bytesMax + " bytes; is it the right file?");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no such file; check the path", e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(
                    "may not be read; run as root or as its owner, or change its permissions", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot be read (" + e.getClass().getSimpleName() + "); check the path", e);
        }
    }

    /** Whether anybody but the owner may read or change it; false where that cannot be told. */
    static boolean isOpenToOthers(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                return false; // Permissions of pipes and the like do not protect what they carry.
            }
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            permissions.addAll(Files.getPosixFilePermissions(path));
            permissions.retainAll(FOR_OTHERS);
            return !permissions.isEmpty();
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The permissions as {@code ls -l} shows them. */
    static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException | UnsupportedOperationException e) {
            return "unknown";
        }
    }
}
