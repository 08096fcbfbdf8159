package dev.taltun.peer;

import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;

/**
 * One peer, as far as packet threads need to know it.
 *
 * <p>Time stamps are {@code Clock.nanoTime()} values, 0 = never. They are written without ordering
 * by whichever packet thread saw the packet: the control agent looks at them some time later, and a
 * lost update between two threads moves a timer by microseconds.
 */
@SuppressWarnings("UnusedVariable") // fields are accessed by VarHandles
public final class Peer {
    /** Wish of a packet thread: there is no usable session, or it is time for the next. */
    public static final int WANT_HANDSHAKE = 1;

    /** News: the peer sent its first packet under the session that it initiated. */
    public static final int SESSION_CONFIRMED = 2;

    /** News: a timer that was off may have been started. */
    public static final int TIMERS_STARTED = 4;

    /** News: packets of or for this peer pass through another. */
    public static final int RELAYED = 8;

    /** News: a packet of a settled peer came from elsewhere. */
    public static final int ELSEWHERE = 16;

    private static final VarHandle REQUESTS = handle("requests", int.class);
    private static final VarHandle STAGED = handle("staged", int.class);
    private static final VarHandle TX_BYTES = handle("txBytes", long.class);
    private static final VarHandle TX_PACKETS = handle("txPackets", long.class);
    private static final VarHandle RX_BYTES = handle("rxBytes", long.class);
    private static final VarHandle RX_PACKETS = handle("rxPackets", long.class);
    private static final VarHandle AWAITING_REPLY = handle("awaitingReplySince", long.class);
    private static final VarHandle KEEPALIVE_DUE = handle("keepaliveDueSince", long.class);
    private static final VarHandle LAST_SENT = handle("lastSent", long.class);
    private static final VarHandle LAST_RECEIVED = handle("lastReceived", long.class);
    private static final VarHandle NEXT_NOTICE = handle("nextNotice", long.class);
    private static final VarHandle NEXT_TOO_BIG = handle("nextTooBig", long.class);
    private static final VarHandle NEXT_SIGNAL = handle("nextSignal", long.class);
    private static final VarHandle NEXT_QUESTION = handle("nextQuestion", long.class);
    private static final VarHandle NEXT_REGISTRATION = handle("nextRegistration", long.class);
    private static final VarHandle LAST_RELAYED = handle("lastRelayed", long.class);
    private static final VarHandle NEXT_RELAYED = handle("nextRelayed", long.class);
    private static final VarHandle NEXT_ELSEWHERE = handle("nextElsewhere", long.class);
    private static final VarHandle CAME_THROUGH = handle("cameThrough", Peer.class);

    /** How often the control agent hears that packets are relayed. */
    private static final long RELAYED_INTERVAL_NANOS = 200_000_000;

    /** At most 20 notices a second to one peer, but 40 at once: a traceroute sends 16 or more. */
    private static final long NOTICE_INTERVAL_NANOS = 50_000_000;

    private static final long NOTICE_CREDIT_NANOS = 40 * NOTICE_INTERVAL_NANOS;

    /** At most 64 control frames a second of one peer, but 128 at once; as many questions. */
    private static final long SIGNAL_INTERVAL_NANOS = 1_000_000_000 / 64;

    private static final long SIGNAL_CREDIT_NANOS = 128 * SIGNAL_INTERVAL_NANOS;

    /** One in ten seconds is usual, and a few when its network changes. */
    private static final long REGISTRATION_INTERVAL_NANOS = 1_000_000_000 / 4;

    private static final long REGISTRATION_CREDIT_NANOS = 16 * REGISTRATION_INTERVAL_NANOS;

    private final PublicKey publicKey;
    private volatile String name;
    private volatile Session session;
    private volatile Endpoint endpoint;
    private volatile boolean settled;
    private volatile boolean watched;
    private volatile boolean sought;
    private volatile Set<PublicKey> relayedWith;
    private volatile Peer relay;
    private volatile boolean direct;
    private volatile boolean relaysForUs;
    private volatile boolean relayable;
    private int requests;
    private int staged;
    private long txBytes;
    private long txPackets;
    private long rxBytes;
    private long rxPackets;
    private long awaitingReplySince;
    private long keepaliveDueSince;
    private long lastSent;
    private long lastReceived;
    private long nextNotice;
    private long nextTooBig;
    private long nextSignal;
    private long nextQuestion;
    private long nextRegistration;
    private long lastRelayed;
    private long nextRelayed;
    private long nextElsewhere;
    private Peer cameThrough;

    /**
     * @param name what the user calls it; the abbreviated key when there is no name
     */
    public Peer(PublicKey publicKey, String name) {
        this.publicKey = publicKey;
        this.name = name;
    }

    private static VarHandle handle(String field, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Peer.class, field, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    public String name() {
        return name;
    }

    /** The user calls it something else now. Control agent only. */
    public void rename(String next) {
        name = next;
    }

    /** The session to seal with, or null. */
    public Session session() {
        return session;
    }

    /** Control agent only. */
    public void publishSession(Session next) {
        session = next;
    }

    /** Where datagrams go, or null while that is unknown. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** Sets where datagrams go: on authenticated packets (roaming) and from the configuration. */
    public void setEndpoint(Endpoint next) {
        endpoint = next;
    }

    /**
     * Whether its endpoint stays as it is although packets come from elsewhere ({@link
     * #ELSEWHERE}): the control agent has seen that it is good, and looks whether it still is.
     */
    public boolean isSettled() {
        return settled;
    }

    /** Control agent only. */
    public void setSettled(boolean good) {
        settled = good;
    }

    /** Whether to tell the control agent of {@link #ELSEWHERE}, which is not needed each time. */
    public boolean noteElsewhere(long now) {
        if (now - (long) NEXT_ELSEWHERE.getOpaque(this) < 0) {
            return false;
        }
        NEXT_ELSEWHERE.setOpaque(this, now + RELAYED_INTERVAL_NANOS);
        return true;
    }

    /** Whether its endpoint, while unknown, may become known without the peer's own doing. */
    public boolean isSought() {
        return sought;
    }

    /** Control agent only. */
    public void setSought(boolean asked) {
        sought = asked;
    }

    /**
     * Whether this node may pass packets between this peer and another, as far as this one's list
     * goes; the other's has to be asked, too.
     */
    public boolean relaysWith(Peer other) {
        Set<PublicKey> only = relayedWith;
        return only == null || only.contains(other.publicKey);
    }

    /**
     * Limits with whom packets may be exchanged through this node.
     *
     * @param only an immutable set; null for everybody
     */
    public void limitRelay(Set<PublicKey> only) {
        relayedWith = only;
    }

    // Floating peers, which are reached through another until there is a direct path.

    /**
     * Whose session and endpoint packets for this peer take now: its own, or those of the peer that
     * passes them on. Packet threads, once for packets that follow each other.
     */
    public Peer carrier(long now) {
        Peer through = relay;
        if (through == null) {
            return this;
        }
        if (direct && endpoint != null) {
            Session current = session;
            if (current != null && !current.isExpired(now)) {
                return this;
            }
        }
        return through;
    }

    /**
     * Makes this a floating peer, or one like others again. Control agent only.
     *
     * @param through passes packets on while there is no direct path; null for a plain peer
     */
    public void relayThrough(Peer through) {
        relay = through;
    }

    /** Who passes packets for this peer on while there is no direct path, or null. */
    public Peer relay() {
        return relay;
    }

    /** Whether the direct path to a floating peer is proven. */
    public boolean isDirect() {
        return direct;
    }

    /** Control agent only. */
    public void setDirect(boolean proven) {
        direct = proven;
    }

    /** Whether other peers' packets may come through this one. Control agent only. */
    public void setRelaysForUs(boolean trusted) {
        relaysForUs = trusted;
    }

    /** Whether this peer's packets may come through a lighthouse. Control agent only. */
    public void setRelayable(boolean allowed) {
        relayable = allowed;
    }

    /** Whether packets of this peer may come through that other one. */
    public boolean mayComeThrough(Peer other) {
        return relayable && other.relaysForUs;
    }

    /** Notes through which peer a packet of this one came. Packet threads. */
    public void noteCameThrough(Peer other) {
        if ((Peer) CAME_THROUGH.getOpaque(this) != other) {
            CAME_THROUGH.setOpaque(this, other);
        }
    }

    /** Control agent: through whom a packet came since this was last asked; null if none did. */
    public Peer takeCameThrough() {
        return (Peer) CAME_THROUGH.getOpaque(this) == null
                ? null
                : (Peer) CAME_THROUGH.getAndSet(this, (Peer) null);
    }

    /**
     * Notes that packets of or for this peer pass through another.
     *
     * @return whether to tell the control agent, which is not needed each time; two threads at the
     *     same moment may both be told so
     */
    public boolean noteRelayed(long now) {
        LAST_RELAYED.setOpaque(this, now);
        if (now - (long) NEXT_RELAYED.getOpaque(this) < 0) {
            return false;
        }
        NEXT_RELAYED.setOpaque(this, now + RELAYED_INTERVAL_NANOS);
        return true;
    }

    /** When packets of or for this peer last passed through another, or 0. */
    public long lastRelayed() {
        return (long) LAST_RELAYED.getOpaque(this);
    }

    /**
     * Asks leave to send the peer a notice (an ICMP error) about one of its packets, for which
     * there is a limit, as for everything that anybody can ask for. Packet threads; two at the same
     * moment may both get what one of them should have.
     */
    public boolean mayNotify(long now) {
        return pass(NEXT_NOTICE, now, NOTICE_INTERVAL_NANOS, NOTICE_CREDIT_NANOS);
    }

    /**
     * As {@link #mayNotify}, for a notice that a packet is too big, which has a limit of its own:
     * whoever of a network behind the peer asks for other notices keeps nobody there from learning
     * the size that gets through.
     */
    public boolean mayNotifyTooBig(long now) {
        return pass(NEXT_TOO_BIG, now, NOTICE_INTERVAL_NANOS, NOTICE_CREDIT_NANOS);
    }

    /**
     * Whether a control frame of this peer may be looked at, for which there is a limit, too; none
     * for a lighthouse of ours. Packet threads, as for {@link #mayNotify}.
     */
    public boolean maySignal(long now) {
        return relaysForUs || pass(NEXT_SIGNAL, now, SIGNAL_INTERVAL_NANOS, SIGNAL_CREDIT_NANOS);
    }

    /**
     * As {@link #maySignal}, for a question where somebody is, which has a limit of its own: who
     * has many peers asks for many at once.
     */
    public boolean mayAsk(long now) {
        return relaysForUs || pass(NEXT_QUESTION, now, SIGNAL_INTERVAL_NANOS, SIGNAL_CREDIT_NANOS);
    }

    /**
     * As {@link #maySignal}, for the peer's word where it is, which has a limit of its own: else
     * who asks and signals much would be forgotten for it.
     */
    public boolean mayRegister(long now) {
        return relaysForUs
                || pass(
                        NEXT_REGISTRATION,
                        now,
                        REGISTRATION_INTERVAL_NANOS,
                        REGISTRATION_CREDIT_NANOS);
    }

    private boolean pass(VarHandle nextAt, long now, long interval, long credit) {
        long next = Math.max((long) nextAt.getOpaque(this), now - credit);
        if (next >= now) {
            return false;
        }
        nextAt.setOpaque(this, next + interval);
        return true;
    }

    /**
     * Asks the control agent for something.
     *
     * @return true when nothing was asked before: the caller then puts this peer into the control
     *     agent's mailbox
     */
    public boolean request(int wish) {
        if (((int) REQUESTS.getOpaque(this) & wish) == wish) {
            return false;
        }
        return (int) REQUESTS.getAndBitwiseOr(this, wish) == 0;
    }

    /** Control agent: takes all wishes. */
    public int takeRequests() {
        return (int) REQUESTS.getAndSet(this, 0);
    }

    /** Notes that a packet for the peer waits from now on. Packet threads. */
    public void noteStaged() {
        STAGED.getAndAdd(this, 1);
    }

    /** Notes that a packet which waited is on its way, or gone. */
    public void noteUnstaged() {
        STAGED.getAndAdd(this, -1);
    }

    /** Whether packets for the peer wait: what follows them must not be sent before them. */
    public boolean hasStaged() {
        return (int) STAGED.getAcquire(this) > 0;
    }

    /**
     * Notes data packets sent to the peer.
     *
     * @return whether the control agent must be told, because it does not look at this peer's time
     *     stamps by itself
     */
    public boolean noteDataSent(long now, long bytes, int packets) {
        noteSent(now, bytes, packets);
        if ((long) AWAITING_REPLY.getOpaque(this) != 0) {
            return false;
        }
        AWAITING_REPLY.setOpaque(this, now);
        return !watched;
    }

    /** Notes any authenticated packet sent: data, keepalive or handshake. */
    public void noteSent(long now, long bytes, int packets) {
        TX_BYTES.getAndAdd(this, bytes);
        TX_PACKETS.getAndAdd(this, (long) packets);
        LAST_SENT.setOpaque(this, now);
        if ((long) KEEPALIVE_DUE.getOpaque(this) != 0) {
            KEEPALIVE_DUE.setOpaque(this, 0L);
        }
    }

    /**
     * Notes data packets received from the peer, after authentication.
     *
     * @return whether the control agent must be told, as for {@link #noteDataSent}
     */
    public boolean noteDataReceived(long now, long bytes, int packets) {
        noteReceived(now, bytes, packets);
        if ((long) KEEPALIVE_DUE.getOpaque(this) != 0) {
            return false;
        }
        KEEPALIVE_DUE.setOpaque(this, now);
        return !watched;
    }

    /**
     * Tells packet threads whether the control agent looks at the time stamps regularly (at least
     * once a second), as it does while there is a session: then they need not wake it, which they
     * otherwise would with every answer. Control agent only.
     */
    public void setWatched(boolean regularly) {
        watched = regularly;
    }

    /** Notes any authenticated packet received: data, keepalive or handshake. */
    public void noteReceived(long now, long bytes, int packets) {
        RX_BYTES.getAndAdd(this, bytes);
        RX_PACKETS.getAndAdd(this, (long) packets);
        LAST_RECEIVED.setOpaque(this, now);
        if ((long) AWAITING_REPLY.getOpaque(this) != 0) {
            AWAITING_REPLY.setOpaque(this, 0L);
        }
    }

    /** When data was sent that nothing has answered since, or 0. */
    public long awaitingReplySince() {
        return (long) AWAITING_REPLY.getOpaque(this);
    }

    /** Stops waiting for an answer: a handshake takes over. */
    public void clearAwaitingReply() {
        AWAITING_REPLY.setOpaque(this, 0L);
    }

    /** When data was received that nothing sent has acknowledged since, or 0. */
    public long keepaliveDueSince() {
        return (long) KEEPALIVE_DUE.getOpaque(this);
    }

    /** Takes it that nothing received needs an answer: there is no session to answer through. */
    public void clearKeepaliveDue() {
        KEEPALIVE_DUE.setOpaque(this, 0L);
    }

    /** When an authenticated packet was last sent, or 0. */
    public long lastSent() {
        return (long) LAST_SENT.getOpaque(this);
    }

    /** When an authenticated packet was last received, or 0. */
    public long lastReceived() {
        return (long) LAST_RECEIVED.getOpaque(this);
    }

    /** UDP payload bytes sent. */
    public long txBytes() {
        return (long) TX_BYTES.getOpaque(this);
    }

    /** Datagrams sent. */
    public long txPackets() {
        return (long) TX_PACKETS.getOpaque(this);
    }

    /** UDP payload bytes of authenticated datagrams received. */
    public long rxBytes() {
        return (long) RX_BYTES.getOpaque(this);
    }

    /** Authenticated datagrams received. */
    public long rxPackets() {
        return (long) RX_PACKETS.getOpaque(this);
    }

    /** For logs: name and abbreviated key. */
    @Override
    public String toString() {
        return name;
    }
}
