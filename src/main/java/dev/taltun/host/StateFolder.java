package dev.taltun.host;

import dev.taltun.io.NetworkIdentity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The folder where the engines of one network namespace keep their journals: {@code
 * /run/taltun/NAMESPACE}, so that namespaces that share a /run do not meet. A folder of an earlier
 * boot says nothing about this one, so the boot is part of its name.
 */
final class StateFolder {
    private static final String LOCK = "lock";
    private static final String SUFFIX = ".journal";
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int BOOT_DIGITS = 8;

    /** File locks are per process; this one is for the engines within it. */
    private static final ReentrantLock TURN = new ReentrantLock();

    /** Journals that this process keeps locked: to open one a second time would unlock it. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path folder;

    private StateFolder(Path folder) {
        this.folder = folder;
    }

    /** The folder of the calling thread's network namespace; it need not exist. */
    static StateFolder under(Path root) throws IOException {
        String boot = Files.readString(BOOT).substring(0, BOOT_DIGITS);
        return new StateFolder(
                root.resolve(boot + "-" + Long.toUnsignedString(NetworkIdentity.cookie())));
    }

    /** The turn of one engine: nobody else reads or changes journals meanwhile. */
    final class Turn implements AutoCloseable {
        private final FileChannel channel;

        private Turn(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                assert e != null; // The lock is gone with the descriptor all the same.
            } finally {
                TURN.unlock();
            }
        }
    }

    /** Waits for its turn; where there can be no folder, engines do not wait for each other. */
    Turn turn() {
        TURN.lock();
        try {
            FileChannel channel = null;
            if (Files.isDirectory(folder)) {
                channel =
                        FileChannel.open(
                                folder.resolve(LOCK),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                channel.lock();
            }
            return new Turn(channel);
        } catch (IOException e) {
            return new Turn(null);
        }
    }

    /** Makes the folder; nobody else can hold its locks, for which it is enough to read. */
    void create() throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    Path folder() {
        return folder;
    }

    /** Where the engine of that interface keeps its journal. */
    Path journal(String tunName) {
        return folder.resolve(tunName + SUFFIX);
    }

    /** Where it keeps the name servers' file as it was. */
    Path resolverBackup(String tunName) {
        return folder.resolve(tunName + ".resolv");
    }

    /** A journal's file, whose changes are whose. */
    record Entry(String tunName, List<Change> changes, boolean alive) {}

    /** Every journal of this namespace but {@code tunName}'s own. During one's turn. */
    List<Entry> others(String tunName) {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                name = name.substring(0, name.length() - SUFFIX.length());
                if (!name.equals(tunName)) {
                    entries.add(new Entry(name, changes(file), isAlive(file)));
                }
            }
        } catch (IOException e) {
            assert e != null; // No folder, or one that may not be read: nobody is known then.
        }
        return entries;
    }

    private static boolean isAlive(Path file) {
        if (OWN.contains(file)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (IOException e) {
            return true; // Not ours to judge.
        }
    }

    /** What the journal of that interface holds; nothing where there is none. */
    List<Change> changes(String tunName) {
        return changes(journal(tunName));
    }

    /** Those that can be read, whatever else is in the file. */
    private static List<Change> changes(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return text.lines().map(Change::parse).filter(Objects::nonNull).toList();
        } catch (IOException e) {
            return List.of(); // It ended meanwhile, or the file may not be read.
        }
    }

    /**
     * Opens and locks the journal's file of an interface; {@link #release} or {@link #leave} closes
     * it.
     */
    FileChannel claim(String tunName) throws IOException {
        Path file = journal(tunName);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
        try {
            if (channel.tryLock() == null) {
                throw new IOException(file + ": held by another engine");
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        OWN.add(file);
        return channel;
    }

    /** Closes and removes a journal's file. */
    void release(String tunName, FileChannel channel) throws IOException {
        Files.deleteIfExists(journal(tunName));
        leave(tunName, channel);
    }

    /** Closes a journal's file, which stays as one of the dead. */
    void leave(String tunName, FileChannel channel) throws IOException {
        OWN.remove(journal(tunName));
        channel.close();
    }
}
