package dev.taltun.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Parameters of the kernel (sysctl(8)). A key is a path below /proc/sys, since names of interfaces
 * in it may hold dots; those below {@code net} belong to the calling thread's network namespace.
 */
final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys");
    private static final Pattern KEY = Pattern.compile("net(?:/[^/\\s]+)+");

    private Sysctl() {}

    /** Whether it is a key this package would ever change. */
    static boolean isKey(String key) {
        return KEY.matcher(key).matches() && !key.contains("/..");
    }

    static boolean exists(String key) {
        return Files.exists(ROOT.resolve(key));
    }

    static String read(String key) throws IOException {
        return Files.readString(ROOT.resolve(key)).strip();
    }

    /**
     * @throws IOException with one line for the user
     */
    static void write(String key, String value) throws IOException {
        try {
            Files.writeString(ROOT.resolve(key), value + "\n", StandardOpenOption.WRITE);
        } catch (AccessDeniedException e) {
            throw new IOException(
                    problem(key, value, "not permitted") + "run as root, or " + byHand(key, value),
                    e);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? "refused" : e.getReason();
            throw new IOException(
                    problem(key, value, reason.toLowerCase(Locale.ROOT))
                            + byHand(key, value)
                            + " (for a container: on its host, or by --sysctl "
                            + dotted(key)
                            + "="
                            + value
                            + ")",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    problem(key, value, String.valueOf(e.getMessage())) + byHand(key, value), e);
        }
    }

    private static String problem(String key, String value, String reason) {
        return "setting sysctl " + dotted(key) + " to " + value + ": " + reason + "; ";
    }

    private static String byHand(String key, String value) {
        return "set it beforehand: sysctl -w " + dotted(key) + "=" + value;
    }

    /** As sysctl(8) writes it: dots between the parts, slashes for dots within one. */
    private static String dotted(String key) {
        return key.replace('.', '\n').replace('/', '.').replace('\n', '/');
    }

    /**
     * Gives a parameter a value, and notes what it was. What another engine changed already is
     * noted with the value that one found, so that the last to end puts it back.
     *
     * @throws IOException with one line for the user
     */
    static void set(Journal journal, String key, String value) throws IOException {
        Optional<SysctlChange> shared = shared(journal, key);
        String current = read(key);
        if (shared.isPresent()) {
            journal.note(shared.get());
        } else if (!current.equals(value)) {
            journal.note(new SysctlChange(key, current, value));
        }
        if (!current.equals(value)) {
            write(key, value);
        }
    }

    /** Notes a parameter that changes as a consequence of another, which is set next. */
    static void keep(Journal journal, String key) throws IOException {
        journal.note(shared(journal, key).orElse(new SysctlChange(key, read(key))));
    }

    /**
     * Notes what other engines noted of a parameter of interfaces, before the switch is set that
     * changes it for all of them: whoever ends last turns that back, and has to put these back.
     *
     * @param name the last part of {@code net/FAMILY/conf/INTERFACE/NAME}
     */
    static void keepShared(Journal journal, String family, String name) {
        String start = "net/" + family + "/conf/";
        journal.othersChanges().stream()
                .filter(SysctlChange.class::isInstance)
                .map(SysctlChange.class::cast)
                .filter(it -> it.key().startsWith(start) && it.key().endsWith("/" + name))
                .distinct()
                .forEach(journal::note);
    }

    private static Optional<SysctlChange> shared(Journal journal, String key) {
        return journal.othersChanges().stream()
                .filter(SysctlChange.class::isInstance)
                .map(SysctlChange.class::cast)
                .filter(change -> change.key().equals(key))
                .findFirst();
    }

    /**
     * The keys {@code net/FAMILY/conf/INTERFACE/NAME} of all interfaces, "all" and "default" left
     * out, whose value is this.
     */
    static List<String> ofInterfaces(String family, String name, String value) throws IOException {
        List<String> keys = new ArrayList<>();
        String conf = "net/" + family + "/conf";
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(ROOT.resolve(conf))) {
            for (Path folder : interfaces) {
                String iface = folder.getFileName().toString();
                String key = conf + "/" + iface + "/" + name;
                if (!iface.equals("all")
                        && !iface.equals("default")
                        && isKey(key)
                        && exists(key)
                        && read(key).equals(value)) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }
}
