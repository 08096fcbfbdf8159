package dev.taltun.host;

import dev.taltun.config.DnsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The file that names the name servers (resolv.conf(5)), and the backup of what it was.
 *
 * <p>A file is replaced by another with its owner, mode and attributes, so that it can be read
 * whole at every moment; it is written in place where it is mounted by itself, as in containers and
 * by {@code ip netns exec}, or nothing can be put beside it. A symbolic link is replaced, for what
 * it leads to belongs to some other program that would write it again.
 *
 * <p>The backup begins with a line that says what there was: {@code file}, whose content follows,
 * {@code link TARGET}, or {@code nothing}. It is beside the journal, and in the file itself for the
 * next boot.
 */
final class ResolverFile {
    private static final String FILE = "file";
    private static final String LINK = "link ";
    private static final String NOTHING = "nothing";
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT_COLUMN = 4;
    private static final Set<PosixFilePermission> ALL_READ =
            PosixFilePermissions.fromString("rw-r--r--");

    /** More engines than ever change the file of one machine. */
    private static final int CHANGED_MAX = 64;

    private final Path path;

    ResolverFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /**
     * Puts our content there.
     *
     * @throws IOException with one line for the user
     */
    void replace(Journal journal, DnsConfig config) throws IOException {
        if (isSomebodyElses()) {
            throw new IOException(
                    path
                            + " is that of the whole machine and not of this network namespace;"
                            + " leave dns out, or make /etc/netns/NAME/resolv.conf and start again"
                            + " by ip netns exec NAME");
        }
        try {
            recover(journal.state(), journal.tunName());
            String backup = describe();
            Files.writeString(
                    journal.state().resolverBackup(journal.tunName()),
                    backup,
                    StandardCharsets.ISO_8859_1);
            journal.note(new ResolverChange(path));
            write(ResolverText.of(journal.tunName(), config, backup));
        } catch (FileSystemException e) {
            throw new IOException(
                    "cannot change "
                            + e.getFile()
                            + " ("
                            + (e.getReason() == null
                                    ? "not permitted"
                                    : e.getReason().toLowerCase(Locale.ROOT))
                            + "); make it writable, or leave dns out and set the name servers"
                            + " by other means",
                    e);
        }
    }

    /** Whether this process is in a network namespace of its own, but sees the first one's file. */
    private boolean isSomebodyElses() {
        try {
            Path first = Files.readSymbolicLink(Path.of("/proc/1/ns/net"));
            Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            return !first.equals(ours) && !isMounted();
        } catch (IOException e) {
            return false; // Not to be told.
        }
    }

    private boolean isMounted() throws IOException {
        return Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1).stream()
                .map(line -> line.split(" ")[MOUNT_POINT_COLUMN])
                .anyMatch(path.toString()::equals);
    }

    private String describe() throws IOException {
        if (Files.isSymbolicLink(path)) {
            return LINK + Files.readSymbolicLink(path) + "\n";
        }
        try {
            return FILE + "\n" + Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return NOTHING + "\n";
        }
    }

    private void write(String text) throws IOException {
        if (isMounted() || !writeBeside(text)) {
            writeInPlace(text);
        }
    }

    /** Whether the file is replaced at one blow; else nothing has changed. */
    private boolean writeBeside(String text) {
        Path fresh = beside();
        try {
            Files.deleteIfExists(fresh);
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(path, fresh, StandardCopyOption.COPY_ATTRIBUTES);
            } else {
                Files.createFile(fresh);
                Files.setPosixFilePermissions(fresh, ALL_READ);
            }
            overwrite(fresh, text);
            Files.move(
                    fresh,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            fresh.toFile().delete();
            return false;
        }
    }

    private Path beside() {
        return path.resolveSibling(path.getFileName() + ".taltun");
    }

    private void writeInPlace(String text) throws IOException {
        if (Files.isSymbolicLink(path)) {
            Files.delete(path);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(path);
        }
        overwrite(path, text);
    }

    /** Waits until it is on the disk: a power cut must not leave an empty file. */
    private static void overwrite(Path file, String text) throws IOException {
        Files.writeString(
                file,
                text,
                StandardCharsets.ISO_8859_1,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.SYNC);
    }

    /**
     * What the file says, or said before the first of the engines that have changed it since.
     *
     * @throws IOException when it cannot be read
     */
    String original(StateFolder state) throws IOException {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        // Backups could lead round in a circle only if somebody wrote them by hand.
        for (int i = 0; i < CHANGED_MAX; i++) {
            Optional<String> writer = ResolverText.writer(text);
            if (writer.isEmpty()) {
                break;
            }
            String backup = backup(state, writer.get(), text);
            int lineEnd = backup.indexOf('\n');
            String what = lineEnd < 0 ? backup : backup.substring(0, lineEnd);
            if (what.startsWith(LINK)) {
                Path target = path.resolveSibling(what.substring(LINK.length()));
                return Files.readString(target, StandardCharsets.ISO_8859_1);
            }
            text = backup.substring(lineEnd + 1);
        }
        return text;
    }

    private static String backup(StateFolder state, String tunName, String text)
            throws IOException {
        try {
            return Files.readString(state.resolverBackup(tunName), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return ResolverText.kept(text).orElseThrow(() -> e);
        }
    }

    /** Puts back what was there, unless somebody else has written the file since. */
    void restore(Journal journal) throws IOException {
        Path backup = journal.state().resolverBackup(journal.tunName());
        if (!Files.exists(backup)) {
            recover(journal.state(), journal.tunName());
            return;
        }
        if (!isBy(journal.tunName())) {
            passOn(journal, backup);
        } else {
            putBack(Files.readString(backup, StandardCharsets.ISO_8859_1));
        }
        Files.deleteIfExists(backup);
    }

    /**
     * Puts back what was there before engines of which no journal is left: their backups went with
     * it, as at the end of a boot or of a network namespace, but the file stayed.
     *
     * @param ending an engine whose journal is no reason to leave the file alone; "" for none
     */
    void recover(StateFolder state, String ending) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || isSomebodyElses()) {
            return;
        }
        List<String> known = state.others(ending).stream().map(StateFolder.Entry::tunName).toList();
        Optional<String> backup = Optional.empty();
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        while (true) {
            Optional<String> writer = ResolverText.writer(text);
            Optional<String> kept = ResolverText.kept(text);
            if (writer.isEmpty() || known.contains(writer.get()) || kept.isEmpty()) {
                break;
            }
            backup = kept;
            // Shorter each time: what follows the first line, if that says "file".
            text = kept.get().substring(kept.get().indexOf('\n') + 1);
        }
        if (backup.isPresent()) {
            putBack(backup.get());
        }
    }

    private void putBack(String backup) throws IOException {
        int lineEnd = backup.indexOf('\n');
        String what = lineEnd < 0 ? backup : backup.substring(0, lineEnd);
        if (what.equals(FILE)) {
            write(backup.substring(lineEnd + 1));
        } else if (what.equals(NOTHING)) {
            Files.deleteIfExists(path);
        } else if (what.startsWith(LINK)) {
            Path fresh = beside();
            Files.deleteIfExists(fresh);
            Files.createSymbolicLink(fresh, Path.of(what.substring(LINK.length())));
            Files.move(
                    fresh,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** An engine that started later would put back our content: it gets what we would put back. */
    private void passOn(Journal journal, Path backup) throws IOException {
        Optional<Path> later =
                journal.state().others(journal.tunName()).stream()
                        .map(entry -> journal.state().resolverBackup(entry.tunName()))
                        .filter(other -> isBackupOf(journal.tunName(), other))
                        .findFirst();
        if (later.isPresent()) {
            Files.copy(backup, later.get(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean isBackupOf(String tunName, Path backup) {
        try {
            String text = Files.readString(backup, StandardCharsets.ISO_8859_1);
            return text.startsWith(FILE + "\n" + ResolverText.headline(tunName) + "\n");
        } catch (IOException e) {
            return false;
        }
    }

    /** Nothing, too, is what a write that was cut off may have left. */
    private boolean isBy(String tunName) {
        if (Files.isSymbolicLink(path)) {
            return false;
        }
        try {
            String text = Files.readString(path, StandardCharsets.ISO_8859_1);
            return text.startsWith(ResolverText.headline(tunName) + "\n")
                    || ResolverText.isBeginning(text, tunName);
        } catch (IOException e) {
            return false;
        }
    }
}
