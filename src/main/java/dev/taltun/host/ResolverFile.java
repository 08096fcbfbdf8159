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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file that names the name servers (resolv.conf(5)), and the backup of what it was.
 *
 * <p>A file is written in place: that keeps its owner and mode, and works where it is mounted by
 * itself, as in containers and by {@code ip netns exec}. A symbolic link is replaced, for what it
 * leads to belongs to some other program that would write it again.
 *
 * <p>The backup begins with a line that says what there was: {@code file}, whose content follows,
 * {@code link TARGET}, or {@code nothing}.
 */
final class ResolverFile {
    private static final String FILE = "file";
    private static final String LINK = "link ";
    private static final String NOTHING = "nothing";
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT_COLUMN = 4;
    private static final String HEAD = "# By Taltun for ";
    private static final String TAIL = ", which puts back what was here when it ends.";
    private static final Pattern HEADLINE =
            Pattern.compile(Pattern.quote(HEAD) + "([^/\n]+)" + Pattern.quote(TAIL));

    /** More engines than ever change the file of one machine. */
    private static final int CHANGED_MAX = 64;

    private final Path path;

    ResolverFile(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** As text of single bytes, as the files are read and written: whatever is in them stays. */
    private static String headline(String tunName) {
        byte[] name = tunName.getBytes(StandardCharsets.UTF_8);
        return HEAD + new String(name, StandardCharsets.ISO_8859_1) + TAIL;
    }

    private static String tunName(Matcher headline) {
        byte[] name = headline.group(1).getBytes(StandardCharsets.ISO_8859_1);
        return new String(name, StandardCharsets.UTF_8);
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
            String backup = describe();
            Files.writeString(
                    journal.state().resolverBackup(journal.tunName()),
                    backup,
                    StandardCharsets.ISO_8859_1);
            journal.note(new ResolverChange(path));
            write(content(journal.tunName(), config, backup));
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

    private static String content(String tunName, DnsConfig config, String backup) {
        StringBuilder text = new StringBuilder(headline(tunName)).append('\n');
        config.servers().forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!config.search().isEmpty()) {
            text.append("search ").append(String.join(" ", config.search())).append('\n');
        }
        backup.lines()
                .filter(line -> line.startsWith("options "))
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
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
        if (Files.isSymbolicLink(path)) {
            Files.delete(path);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(path);
        }
        Files.writeString(
                path,
                text,
                StandardCharsets.ISO_8859_1,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
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
            Matcher ours = HEADLINE.matcher(text);
            if (!ours.lookingAt()) {
                break;
            }
            String backup =
                    Files.readString(
                            state.resolverBackup(tunName(ours)), StandardCharsets.ISO_8859_1);
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

    /** Puts back what was there, unless somebody else has written the file since. */
    void restore(Journal journal) throws IOException {
        Path backup = journal.state().resolverBackup(journal.tunName());
        if (!Files.exists(backup)) {
            return;
        }
        if (!isBy(journal.tunName(), path)) {
            passOn(journal, backup);
        } else {
            putBack(Files.readString(backup, StandardCharsets.ISO_8859_1));
        }
        Files.deleteIfExists(backup);
    }

    private void putBack(String backup) throws IOException {
        int lineEnd = backup.indexOf('\n');
        String what = lineEnd < 0 ? backup : backup.substring(0, lineEnd);
        if (what.equals(FILE)) {
            write(backup.substring(lineEnd + 1));
        } else if (what.equals(NOTHING)) {
            Files.deleteIfExists(path);
        } else if (what.startsWith(LINK)) {
            Path fresh = path.resolveSibling(path.getFileName() + ".taltun");
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
        return hasLine(backup, 1, headline(tunName));
    }

    private static boolean isBy(String tunName, Path file) {
        return hasLine(file, 0, headline(tunName));
    }

    private static boolean hasLine(Path file, int number, String wanted) {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
            return number < lines.size() && lines.get(number).equals(wanted);
        } catch (IOException e) {
            return false;
        }
    }
}
