package dev.taltun.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The changes of one engine, in the order in which they were made. The file behind it is there from
 * the first note on, and gone when all is undone: what could not be undone stays in it, for the
 * next start to try again. Every method during the engine's turn.
 */
final class Journal {
    private final StateFolder state;
    private final String tunName;
    private final Consumer<String> warning;
    private final List<Change> changes = new ArrayList<>();
    private FileChannel file;
    private boolean unwritable;

    /**
     * An empty journal. Whatever goes wrong without ending the engine is said to {@code warning}.
     */
    Journal(StateFolder state, String tunName, Consumer<String> warning) {
        this.state = state;
        this.tunName = tunName;
        this.warning = warning;
    }

    StateFolder state() {
        return state;
    }

    String tunName() {
        return tunName;
    }

    /** The changes of the other engines that are alive. */
    List<Change> othersChanges() {
        return state.others(tunName).stream()
                .filter(StateFolder.Entry::alive)
                .flatMap(entry -> entry.changes().stream())
                .toList();
    }

    /** Notes a change that is about to be made. */
    void note(Change change) {
        changes.add(change);
        if (unwritable) {
            return;
        }
        try {
            if (file == null) {
                claim();
            }
            write(change);
        } catch (IOException e) {
            unwritable = true;
            warning.accept(
                    "cannot write "
                            + state.journal(tunName)
                            + ": should this process be killed, its changes to the machine stay;"
                            + " make the folder writable");
        }
    }

    /** Opens the file, and takes over what one of the same name could not undo. */
    private void claim() throws IOException {
        // Read first: to close any descriptor of a file gives up the lock that claims it
        // (fcntl(2)).
        List<Change> left = state.changes(tunName);
        file = state.claim(tunName);
        changes.addAll(0, left);
    }

    private void write(Change change) throws IOException {
        String line = change.line() + "\n";
        file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    }

    /** Undoes everything, last change first, whatever of it fails: that is kept in the file. */
    void undoAll() {
        List<Change> failed = new ArrayList<>();
        while (!changes.isEmpty()) {
            Change change = changes.getLast();
            try {
                change.undo(this);
            } catch (IOException e) {
                failed.addFirst(change);
                warning.accept(
                        "cannot undo a change: "
                                + e.getMessage()
                                + (file == null ? "" : "; the next start tries it again"));
            }
            changes.removeLast();
        }
        if (file != null) {
            release(failed);
        }
    }

    private void release(List<Change> failed) {
        try {
            if (failed.isEmpty()) {
                state.release(tunName, file);
            } else {
                file.truncate(0);
                for (Change change : failed) {
                    write(change);
                }
                state.leave(tunName, file);
            }
        } catch (IOException e) {
            warning.accept(
                    "cannot remove " + state.journal(tunName) + "; remove it: " + e.getMessage());
        }
        file = null;
    }

    /** Undoes what killed engines left. */
    static void sweep(StateFolder state, Consumer<String> warning) {
        for (StateFolder.Entry entry : state.others("")) {
            if (!entry.alive()) {
                Journal dead = new Journal(state, entry.tunName(), warning);
                try {
                    dead.claim();
                } catch (IOException e) {
                    dead.changes.addAll(entry.changes()); // At least once.
                }
                dead.undoAll();
            }
        }
    }
}
