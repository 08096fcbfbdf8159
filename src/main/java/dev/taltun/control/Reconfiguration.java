package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Many changes of peers at once, everything or nothing, with all routes in one new snapshot. Done
 * in slices: thousands of peers take a good part of a second, and meanwhile handshakes and timers
 * of all others get their turn.
 *
 * <pre>
 *   MAKE      those that are new; if one is refused, that is the end
 *   TAKE      prefixes of those that go
 *   CHANGE    those that stay, and lose their prefixes: one may move between two of them
 *   REGISTER  those that are new
 *   GIVE      prefixes; and then the snapshot is published
 *   START     those that are new
 *   CLOSE     those that go
 * </pre>
 *
 * <p>Nobody else may change peers meanwhile. Control agent's thread.
 */
final class Reconfiguration {
    /** Peers in one slice: some milliseconds while the code is cold. */
    private static final int SLICE = 64;

    private enum Stage {
        MAKE,
        TAKE,
        CHANGE,
        REGISTER,
        GIVE,
        START,
        CLOSE,
        DONE
    }

    private final PeerRegistry peers;
    private final List<PeerSpec> wanted;
    private final List<PublicKey> unwanted;
    private final CompletableFuture<Void> result;
    private final boolean starts;
    private final PeerRegistry.RouteChange routes;
    private final List<PeerController> added = new ArrayList<>();
    private final List<PeerController> removed = new ArrayList<>();
    private Stage stage = Stage.MAKE;
    private int next;

    /**
     * @param wanted to add, or to change if they are there; none twice
     * @param unwanted to remove if they are there
     * @param starts whether new peers begin to work
     * @param result completed at the end; with an {@link IllegalArgumentException} if a new key is
     *     our own or no good
     */
    Reconfiguration(
            PeerRegistry peers,
            List<PeerSpec> wanted,
            List<PublicKey> unwanted,
            boolean starts,
            CompletableFuture<Void> result) {
        this.peers = peers;
        this.wanted = wanted;
        this.unwanted = unwanted;
        this.starts = starts;
        this.result = result;
        routes = peers.routeChange();
    }

    /**
     * Does the next slice.
     *
     * @return whether it was the last
     */
    boolean step(long now) {
        try {
            for (int left = SLICE; left > 0 && stage != Stage.DONE; left--) {
                if (next < size()) {
                    one(next++, now);
                } else {
                    stageEnds();
                }
            }
        } catch (IllegalArgumentException e) {
            abandon(e);
        }
        return stage == Stage.DONE;
    }

    private int size() {
        return switch (stage) {
            case MAKE, CHANGE, GIVE -> wanted.size();
            case TAKE -> unwanted.size();
            case REGISTER, START -> added.size();
            case CLOSE -> removed.size();
            case DONE -> 0;
        };
    }

    private void one(int i, long now) {
        switch (stage) {
            case MAKE -> make(wanted.get(i));
            case TAKE -> take(unwanted.get(i));
            case CHANGE -> change(wanted.get(i), now);
            case REGISTER -> peers.register(added.get(i));
            case GIVE -> routes.give(peers.find(wanted.get(i).publicKey()));
            case START -> start(added.get(i), now);
            case CLOSE -> removed.get(i).close();
            case DONE -> {}
        }
    }

    private void stageEnds() {
        if (stage == Stage.GIVE) {
            routes.publish();
        }
        stage = Stage.values()[stage.ordinal() + 1];
        next = 0;
        if (stage == Stage.DONE) {
            result.complete(null);
        }
    }

    private void make(PeerSpec spec) {
        if (peers.find(spec.publicKey()) == null) {
            added.add(peers.make(spec));
        }
    }

    private void take(PublicKey key) {
        PeerController peer = peers.unregister(key);
        if (peer != null) {
            routes.take(peer);
            removed.add(peer);
        }
    }

    private void change(PeerSpec spec, long now) {
        PeerController peer = peers.find(spec.publicKey());
        if (peer != null) {
            routes.take(peer);
            peer.update(spec, now);
        }
    }

    private void start(PeerController peer, long now) {
        if (starts) {
            peer.start(now);
        }
    }

    /** Ends it where it is, for a reason; what {@link PeerRegistry} does not know is closed. */
    void abandon(RuntimeException reason) {
        if (stage.compareTo(Stage.REGISTER) <= 0) {
            added.stream()
                    .filter(peer -> peers.find(peer.peer()) == null)
                    .forEach(PeerController::close);
        }
        int closed = stage == Stage.CLOSE ? next : 0;
        removed.subList(closed, removed.size()).forEach(PeerController::close);
        stage = Stage.DONE;
        result.completeExceptionally(reason);
    }
}
