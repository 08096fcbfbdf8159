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
 * the first note on, and gone when all is undone. Every method during the engine's turn.
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
                file = state.claim(tunName);
            }
            String line = change.line() + "\n";
            file.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            unwritable = true;
            warning.accept(
                    "cannot write "
                            + state.journal(tunName)
                            + ": should this process be killed, its changes to the machine stay;"
                            + " make the folder writable");
        }
    }

    /** Undoes everything, last change first, whatever of it fails. */
    void undoAll() {
        while (!changes.isEmpty()) {
            Change change = changes.getLast();
            try {
                change.undo(this);
            } catch (IOException e) {
                warning.accept("cannot undo a change: " + e.getMessage());
            }
            changes.removeLast();
        }
        try {
            state.release(tunName, file);
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
                dead.changes.addAll(entry.changes());
                dead.undoAll();
            }
        }
    }
}
