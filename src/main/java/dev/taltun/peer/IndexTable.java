package dev.taltun.peer;

import dev.taltun.noise.Session;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntSupplier;

/**
 * From the receiver index in a message to its session (or handshake) and peer.
 *
 * <p>The low bits of an index are its slot, the rest is random, so that a lookup is one load and
 * one compare and a stale or guessed index does not match. The control agent writes; packet threads
 * read. A reader that still holds an entry after its removal may go on with it until its step ends
 * ({@code agent.Quiescence}).
 */
public final class IndexTable {
    /**
     * What an index stands for.
     *
     * @param session the session, or null while its handshake is under way
     */
    public record Entry(int index, Peer peer, Session session) {}

    private static final VarHandle ENTRIES = MethodHandles.arrayElementVarHandle(Entry[].class);
    private static final int SMALLEST = 256;

    private final IntSupplier random;
    private volatile Entry[] entries = new Entry[SMALLEST];
    private int used;

    /**
     * @param random source of unpredictable indices
     */
    public IndexTable(IntSupplier random) {
        this.random = random;
    }

    /** The entry of an index, or null. Any thread. */
    public Entry lookup(int index) {
        Entry[] table = entries;
        Entry entry = (Entry) ENTRIES.getAcquire(table, index & (table.length - 1));
        return entry != null && entry.index() == index ? entry : null;
    }

    /** Takes a free index for a handshake of this peer. Control agent only. */
    public int allocate(Peer peer) {
        if (used >= entries.length / 2) {
            grow();
        }
        Entry[] table = entries;
        while (true) {
            int index = random.getAsInt();
            int slot = index & (table.length - 1);
            if (index != 0 && table[slot] == null) {
                ENTRIES.setRelease(table, slot, new Entry(index, peer, null));
                used++;
                return index;
            }
        }
    }

    /** Publishes the session that an allocated index now stands for. Control agent only. */
    public void publish(Peer peer, Session session) {
        Entry[] table = entries;
        int index = session.localIndex();
        ENTRIES.setRelease(table, index & (table.length - 1), new Entry(index, peer, session));
    }

    /** Forgets an index; an unknown one is ignored. Control agent only. */
    public void remove(int index) {
        Entry[] table = entries;
        int slot = index & (table.length - 1);
        if (table[slot] != null && table[slot].index() == index) {
            ENTRIES.setRelease(table, slot, null);
            used--;
        }
    }

    /** Indices in use. Control agent only. */
    public int size() {
        return used;
    }

    /** Twice the slots: one more bit of each index becomes part of its slot, so none collide. */
    private void grow() {
        Entry[] old = entries;
        Entry[] next = new Entry[old.length * 2];
        for (Entry entry : old) {
            if (entry != null) {
                next[entry.index() & (next.length - 1)] = entry;
            }
        }
        entries = next;
    }
}
