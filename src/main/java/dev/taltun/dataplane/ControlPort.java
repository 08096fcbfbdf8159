package dev.taltun.dataplane;

import dev.taltun.agent.Mailbox;
import dev.taltun.agent.Wakeup;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.UdpError;
import dev.taltun.noise.Mac1Checker;
import dev.taltun.peer.Peer;
import java.util.function.Supplier;

/**
 * How packet threads reach the control agent: six bounded mailboxes and a wake-up.
 *
 * <p>The {@code offer} side may be used by any thread, the {@code poll} side by the control agent.
 */
public final class ControlPort {
    /**
     * Handshake messages that may wait; with 1/8 of it full the node counts as under load. A flood
     * of 100,000 a second fills it in 40 ms: what the control agent may have to wait for a CPU.
     */
    public static final int HANDSHAKE_QUEUE = 4096;

    /**
     * Handshake messages that may wait beside those, of who has proved something: that it receives
     * at its address, or has seen a message of ours. No flood of others takes this room.
     */
    public static final int PROVEN_QUEUE = 1024;

    /** Control frames that may wait. */
    private static final int FRAME_QUEUE = 1024;

    /** ICMP errors that may wait. */
    private static final int ERROR_QUEUE = 64;

    private final Mailbox<Peer> requests;
    private final Mailbox<StagedPacket> staged;
    private final Mailbox<ReceivedHandshake> handshakes = new Mailbox<>(HANDSHAKE_QUEUE);
    private final Mailbox<ReceivedHandshake> proven = new Mailbox<>(PROVEN_QUEUE);
    private final Mailbox<ReceivedFrame> frames = new Mailbox<>(FRAME_QUEUE);
    private final Mailbox<UdpError> errors = new Mailbox<>(ERROR_QUEUE);
    private final Refusals refusals = new Refusals();
    private final Wakeup wakeup;
    private final Runnable signal;
    private volatile Supplier<Mac1Checker> marks;
    private volatile SecretKey cookieSecret;

    /**
     * @param maxPeers each peer waits at most once
     * @param maxStaged staged packets of all pools together
     * @param wakeup the control agent's
     * @param signal ends the control agent's sleep
     */
    public ControlPort(int maxPeers, int maxStaged, Wakeup wakeup, Runnable signal) {
        requests = new Mailbox<>(Math.max(2, maxPeers));
        staged = new Mailbox<>(Math.max(2, maxStaged));
        this.wakeup = wakeup;
        this.signal = signal;
    }

    /** Tells a peer's wish (a constant of {@link Peer}) to the control agent, once. */
    public void request(Peer peer, int wish) {
        if (peer.request(wish)) {
            requests.offer(peer);
            wake();
        }
    }

    /** Hands over a packet that needs a session; false: no room, the caller still owns it. */
    boolean stage(StagedPacket packet) {
        Peer peer = packet.peer();
        // Before it is posted: it counts until it is released, which may be at once.
        peer.noteStaged();
        if (!staged.offer(packet)) {
            peer.noteUnstaged();
            return false;
        }
        wake();
        return true;
    }

    /** Hands over a handshake message; false: no room, the caller still owns it. */
    boolean handshake(ReceivedHandshake message) {
        if (!handshakes.offer(message)) {
            return false;
        }
        wake();
        return true;
    }

    /** The same for a message of who has proved something. */
    boolean provenHandshake(ReceivedHandshake message) {
        if (!proven.offer(message)) {
            return false;
        }
        wake();
        return true;
    }

    /** Hands over a control frame; false: no room, the caller still owns it. */
    boolean frame(ReceivedFrame frame) {
        if (!frames.offer(frame)) {
            return false;
        }
        wake();
        return true;
    }

    /** Makes the check that handshake messages must pass first; another one is another check. */
    Supplier<Mac1Checker> marks() {
        return marks;
    }

    /** Control agent, before packets come and whenever who we are changes: see {@link #marks()}. */
    public void marks(Supplier<Mac1Checker> checkers) {
        marks = checkers;
    }

    /** What senders' cookies are made with, or null; its owner may close it at any moment. */
    SecretKey cookieSecret() {
        return cookieSecret;
    }

    /** Control agent, whenever it is another one: see {@link #cookieSecret()}. */
    public void cookieSecret(SecretKey secret) {
        cookieSecret = secret;
    }

    /** Hands over an ICMP error; false: no room, the caller still owns it. */
    public boolean error(UdpError error) {
        if (!errors.offer(error)) {
            return false;
        }
        wake();
        return true;
    }

    /**
     * The kernel will not send to there: no route, or a firewall of this machine. That may be so of
     * every packet, and is told once until {@link #listenForUnsendable}.
     */
    void unsendable(Endpoint to) {
        if (refusals.add(to)) {
            wake();
        }
    }

    private void wake() {
        if (wakeup.claim()) {
            signal.run();
        }
    }

    /** Control agent: the next peer with wishes, or null. */
    public Peer pollRequest() {
        return requests.poll();
    }

    /** Control agent: the next packet that needs a session, or null. */
    public StagedPacket pollStaged() {
        return staged.poll();
    }

    /** Control agent: the next handshake message, or null. */
    public ReceivedHandshake pollHandshake() {
        return handshakes.poll();
    }

    /** Control agent: the next handshake message of who has proved something, or null. */
    public ReceivedHandshake pollProvenHandshake() {
        return proven.poll();
    }

    /** Control agent: the next control frame, or null. */
    public ReceivedFrame pollFrame() {
        return frames.poll();
    }

    /** Control agent: the next ICMP error, or null. */
    public UdpError pollError() {
        return errors.poll();
    }

    /** Control agent: the next place that the kernel would not send to, or null. */
    public Endpoint takeUnsendable() {
        return refusals.take();
    }

    /** Control agent, after {@link #takeUnsendable}: wants to hear of the same places again. */
    public void listenForUnsendable() {
        refusals.forgetTaken();
    }

    /** Handshake messages waiting: what tells load. */
    public int handshakesWaiting() {
        return handshakes.size() + proven.size();
    }

    /** Control agent: whether nothing at all is waiting. */
    public boolean isEmpty() {
        return requests.isEmpty()
                && staged.isEmpty()
                && handshakes.isEmpty()
                && proven.isEmpty()
                && frames.isEmpty()
                && errors.isEmpty()
                && refusals.isEmpty();
    }
}
