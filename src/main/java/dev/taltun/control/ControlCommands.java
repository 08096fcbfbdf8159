package dev.taltun.control;

import dev.taltun.agent.Mailbox;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.noise.StaticIdentity;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * How other threads ask the control agent for something: what they want is done on its thread, and
 * the future returned tells when, with a value or with an {@link IllegalArgumentException} whose
 * message is for the user. Actions attached to a future run on the control agent's thread, so they
 * must not block.
 *
 * <p>Any thread. Not for packets: each call allocates.
 */
public final class ControlCommands {
    private static final int CAPACITY = 1024;

    private final Mailbox<Runnable> mailbox = new Mailbox<>(CAPACITY);
    private final ControlAgent agent;
    private final Wakeup wakeup;
    private final Sleeper sleeper;
    private volatile boolean closed;

    ControlCommands(ControlAgent agent, Wakeup wakeup, Sleeper sleeper) {
        this.agent = agent;
        this.wakeup = wakeup;
        this.sleeper = sleeper;
    }

    /** Adds peers; their preshared keys may be closed when the future is complete. */
    public CompletableFuture<Void> add(List<PeerSpec> specs) {
        List<PeerSpec> copy = List.copyOf(specs);
        return submit(() -> agent.onAdd(copy));
    }

    /** Changes everything about the peer with the same public key but its sessions. */
    public CompletableFuture<Void> update(PeerSpec spec) {
        return submit(() -> agent.onUpdate(spec));
    }

    /**
     * Makes many changes at once, with all routes in one new snapshot: all of them or none.
     * Sessions of peers that are not named, or only changed, stay. However many there are, nothing
     * but other commands waits for them.
     *
     * @param wanted peers to add, or to change if they are there
     * @param unwanted peers to remove; those that are not there are ignored
     */
    public CompletableFuture<Void> reconfigure(List<PeerSpec> wanted, List<PublicKey> unwanted) {
        List<PeerSpec> specs = List.copyOf(wanted);
        List<PublicKey> keys = List.copyOf(unwanted);
        CompletableFuture<Void> result = new CompletableFuture<>();
        post(
                () -> {
                    if (closed) {
                        result.completeExceptionally(stopping());
                    } else {
                        agent.onReconfigure(specs, keys, result);
                    }
                },
                result);
        return result;
    }

    /** Removes a peer, with its routes and sessions. */
    public CompletableFuture<Void> remove(PublicKey key) {
        return submit(() -> agent.onRemove(key));
    }

    /**
     * Makes changes in this order, as a control socket asks for them. When one is refused, those
     * before it stay. At most a few dozen at once, for a new peer costs work on a curve.
     *
     * @param changes their preshared keys may be closed when the future is complete
     */
    public CompletableFuture<Void> change(List<PeerChange> changes) {
        List<PeerChange> copy = List.copyOf(changes);
        return submit(() -> agent.onChange(copy));
    }

    /** Removes all peers. */
    public CompletableFuture<Void> removeAll() {
        return submit(agent::onRemoveAll);
    }

    /**
     * Makes us somebody else: sessions end, and a peer with our own key goes.
     *
     * @param next stays the caller's; the identity before may be closed when the future is complete
     */
    public CompletableFuture<Void> identity(StaticIdentity next) {
        return submit(() -> agent.onIdentity(next));
    }

    /** The state of all peers. */
    public CompletableFuture<List<PeerStatus>> status() {
        return ask(agent::onStatus);
    }

    /** Copies of the preshared keys of the peers that have one; the caller closes them. */
    public CompletableFuture<Map<PublicKey, SecretKey>> presharedKeys() {
        return ask(agent::onPresharedKeys);
    }

    private <T> CompletableFuture<T> ask(Supplier<T> question) {
        CompletableFuture<T> result = new CompletableFuture<>();
        post(() -> complete(result, question), result);
        return result;
    }

    private CompletableFuture<Void> submit(Runnable command) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        post(
                () ->
                        complete(
                                result,
                                () -> {
                                    command.run();
                                    return null;
                                }),
                result);
        return result;
    }

    private <T> void complete(CompletableFuture<T> result, Supplier<T> command) {
        if (closed) {
            result.completeExceptionally(stopping());
            return;
        }
        try {
            result.complete(command.get());
        } catch (IllegalArgumentException e) {
            result.completeExceptionally(e);
        }
    }

    private void post(Runnable command, CompletableFuture<?> result) {
        if (closed) {
            result.completeExceptionally(stopping());
        } else if (!post(command)) {
            result.completeExceptionally(
                    new IllegalStateException("the engine is too busy; try again"));
        } else if (closed) {
            // It may have come too late to be found by the agent's last look.
            result.completeExceptionally(stopping());
        }
    }

    static IllegalStateException stopping() {
        return new IllegalStateException("the engine is stopping");
    }

    /** Has something done on the control agent's thread; false when it is too busy. */
    boolean post(Runnable command) {
        if (!mailbox.offer(command)) {
            return false;
        }
        if (wakeup.claim()) {
            sleeper.wakeUp();
        }
        return true;
    }

    /** Control agent: does what others want. */
    int run(int most) {
        int done = 0;
        Runnable command;
        while (done < most && !agent.isReconfiguring() && (command = mailbox.poll()) != null) {
            command.run();
            done++;
        }
        return done;
    }

    boolean isEmpty() {
        return mailbox.isEmpty();
    }

    /** Control agent: refuses what waits and what comes from now on. */
    void close() {
        closed = true;
        run(CAPACITY);
    }
}
