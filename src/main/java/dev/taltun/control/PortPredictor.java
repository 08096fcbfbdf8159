package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.UdpFan;
import dev.taltun.protocol.HandshakeInitiation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Reaches a peer through a NAT that shows another random port to every destination, when our own
 * (or the peer's) keeps one: the side that cannot tell its port opens many, and the other guesses.
 *
 * <pre>
 *          spreads: N sockets, one place                 guesses: one socket, 4 N ports
 *   0 s    opens them; each sends once, no farther
 *          than past its own NAT
 *   1 s                                                  sends to random ports, 4 N in all
 *          a guess that is right comes in: answered,
 *          through the socket that it came to
 *   2.5 s + 134 ms for 64 guesses:                       by then all guesses are made, and its NAT
 *          sends once more from each, all the way        lets in what comes from any of them
 *   + 67 ms for 32 sockets + 1.5 s: given up
 * </pre>
 *
 * <p>All of it is one initiation on each side, in many copies: the first that arrives is answered,
 * the rest are repetitions. Of 64512 ports (1024 to 65535) N are open and 4 N guessed, each once or
 * not at all; none of them is right with probability
 *
 * <pre>
 *   (1 - N / 64512) ^ 4N = e ^ (-4 N^2 / 64512)
 *       N = 64: 0.78     128: 0.36     256: 0.017     384: 0.0001     512: 0.0000001
 * </pre>
 *
 * <p>Guesses go only where a lighthouse sees the peer itself, at most 64 a tick of the timer (67
 * ms: 1 Mbit/s), once a minute, for one peer at a time. Somebody who can send with a stranger's
 * address could have them go there: which is one reason why nobody guesses who was not told to.
 * Control agent's thread.
 */
final class PortPredictor {
    /** Which part is ours. */
    enum Part {
        SPREADS,
        GUESSES
    }

    private static final long SECOND_NANOS = 1_000_000_000L;

    /** The other side may begin so much later: its tries before this had other pauses. */
    private static final long OTHER_BEGINS_NANOS = SECOND_NANOS;

    /** From one beginning to the next, whatever the other side says. */
    private static final long PAUSE_NANOS = 30 * SECOND_NANOS;

    private static final long SECOND_ROUND_NANOS = 5 * SECOND_NANOS / 2;
    private static final long LAST_ANSWER_NANOS = 3 * SECOND_NANOS / 2;
    private static final int GUESSES_PER_PORT = 4;

    /** One batch of datagrams. */
    private static final int GUESSES_PER_STEP = 64;

    /** Opening a socket takes some 40 microseconds, and nothing else happens meanwhile. */
    private static final int SOCKETS_PER_STEP = 32;

    private static final int PORT_MIN = 1024;
    private static final int PORTS = 65_536 - PORT_MIN;

    /** Past our router; the next one drops it. As in {@link Puncher}. */
    private static final int OPENING_HOPS = 2;

    private final PathParts parts;
    private final Paths paths;
    private final UdpFan fan;
    private final int ports;
    private final MemorySegment message = Arena.ofAuto().allocate(HandshakeInitiation.BYTES, 16);

    /** Sockets of ours that are open. */
    private final List<Integer> sockets = new ArrayList<>();

    private Part part;
    private Endpoint target;
    private int[] guesses;
    private int done;

    /** Sockets that were opened, or ports that were guessed, since it last began. */
    private int tried;

    /** Whether the sockets send all the way now. */
    private boolean secondRound;

    private long secondRoundAt;

    /** When it last began, or 0. */
    private long beganAt;

    /** When to go on, or 0 while nothing goes on. */
    private long nextAt;

    PortPredictor(PathParts parts, Paths paths) {
        this.parts = parts;
        this.paths = paths;
        fan = paths.settings().fan();
        ports = paths.settings().punchPorts();
    }

    boolean isActive() {
        return nextAt != 0;
    }

    /**
     * Begins.
     *
     * @param where the place at which a lighthouse sees the peer; its port means nothing when we
     *     are to guess
     * @return false when it is another peer's turn, or too soon
     */
    boolean begin(Part ours, Endpoint where, long now) {
        boolean soon = beganAt != 0 && now - beganAt < PAUSE_NANOS;
        if (soon || !paths.claimPrediction(this)) {
            return false;
        }
        keepOnly(inUse());
        if (!parts.messages().draft(parts.hello().suite(), message, now)) {
            paths.endPrediction(this);
            return false;
        }
        beganAt = now;
        part = ours;
        target = where.withoutLocal();
        done = 0;
        tried = 0;
        secondRound = false;
        long guessing = (long) GUESSES_PER_PORT * ports / GUESSES_PER_STEP;
        secondRoundAt = now + SECOND_ROUND_NANOS + 2 * guessing * TimerWheel.TICK_NANOS;
        nextAt = now;
        if (part == Part.GUESSES) {
            guesses = draw(GUESSES_PER_PORT * ports);
            nextAt = now + OTHER_BEGINS_NANOS;
        }
        return true;
    }

    /** So many different ports, in random order (Fisher and Yates, as far as needed). */
    private int[] draw(int count) {
        SplittableRandom random = new SplittableRandom(parts.context().upTo(Long.MAX_VALUE - 1));
        int[] all = new int[PORTS];
        for (int i = 0; i < PORTS; i++) {
            all[i] = PORT_MIN + i;
        }
        int[] drawn = new int[count];
        for (int i = 0; i < count; i++) {
            int j = i + random.nextInt(PORTS - i);
            drawn[i] = all[j];
            all[j] = all[i];
        }
        return drawn;
    }

    /** Ends, because there is a session: of the sockets only that stays through which it goes. */
    void settle() {
        end();
        keepOnly(inUse());
    }

    /** The socket that the peer's packets leave through, if it is one of ours. */
    private int inUse() {
        Endpoint endpoint = parts.peer().endpoint();
        return endpoint == null ? 0 : endpoint.via();
    }

    private void end() {
        nextAt = 0;
        guesses = null;
        paths.endPrediction(this);
    }

    /** Ends, and nothing stays. */
    void close() {
        end();
        keepOnly(0);
    }

    private void keepOnly(int via) {
        for (int socket : sockets) {
            if (socket != via) {
                fan.close(socket);
            }
        }
        sockets.removeIf(socket -> socket != via);
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return nextAt == 0 ? Long.MAX_VALUE : nextAt;
    }

    /**
     * Does what is due.
     *
     * @return false when it came to nothing
     */
    boolean onTimer(long now) {
        if (nextAt == 0 || now < nextAt) {
            return true;
        }
        if (secondRound && done >= sockets.size()) {
            end();
            // What is left of a session may still go through one of them.
            settle();
            parts.messages().abandonInitiation();
            return false;
        }
        if (part == Part.SPREADS) {
            spread(now);
        } else {
            guess(now);
        }
        return true;
    }

    private void spread(long now) {
        if (!secondRound && sockets.size() < ports && open(now)) {
            nextAt = now + TimerWheel.TICK_NANOS;
            return;
        }
        if (!secondRound && now < secondRoundAt) {
            nextAt = secondRoundAt;
            return;
        }
        secondRound = true;
        int end = Math.min(done + SOCKETS_PER_STEP, sockets.size());
        send(sockets.subList(done, end), 0, now);
        done = end;
        nextAt = now + (done < sockets.size() ? TimerWheel.TICK_NANOS : LAST_ANSWER_NANOS);
    }

    /** Opens some more; false when there can be no more. */
    private boolean open(long now) {
        List<Integer> fresh = new ArrayList<>();
        while (fresh.size() < SOCKETS_PER_STEP && sockets.size() + fresh.size() < ports) {
            int via = fan.open();
            if (via < 0) {
                break;
            }
            fresh.add(via);
        }
        sockets.addAll(fresh);
        tried += fresh.size();
        send(fresh, OPENING_HOPS, now);
        return !fresh.isEmpty();
    }

    private void send(List<Integer> from, int hops, long now) {
        List<PeerMessages.Shot> shots = new ArrayList<>();
        for (int via : from) {
            shots.add(new PeerMessages.Shot(target.through(via), hops));
        }
        parts.messages().copies(message, shots, now);
    }

    private void guess(long now) {
        if (done >= guesses.length) {
            // From now on it is the other side that sends.
            secondRound = true;
            done = 0;
            nextAt = secondRoundAt + sockets(ports) + LAST_ANSWER_NANOS + OTHER_BEGINS_NANOS;
            return;
        }
        List<PeerMessages.Shot> shots = new ArrayList<>();
        for (int i = done; i < Math.min(done + GUESSES_PER_STEP, guesses.length); i++) {
            shots.add(new PeerMessages.Shot(target.withPort(guesses[i]), 0));
        }
        int sent = parts.messages().copies(message, shots, now);
        done += sent;
        tried += sent;
        nextAt = now + TimerWheel.TICK_NANOS;
    }

    /** How long sending once from so many takes, at most. */
    private static long sockets(int count) {
        return 2L * count / SOCKETS_PER_STEP * TimerWheel.TICK_NANOS;
    }

    /** What came of it, in words, when that was nothing. */
    String inVain() {
        if (tried == 0) {
            return part == Part.SPREADS
                    ? "no socket could be opened for it to guess the port of"
                    : "no port of its NAT could be guessed: nothing could be sent";
        }
        return part == Part.SPREADS
                ? "opened " + tried + " ports for it to guess one, in vain"
                : "guessed " + tried + " ports of its NAT in vain";
    }

    /**
     * What two NATs have to do with it that no path was found, for the user.
     *
     * @param ours whether our NAT shows another port to every destination
     * @param its whether that of the peer does
     * @param predicted whether both sides guess ports
     */
    static String why(boolean ours, boolean its, boolean predicted) {
        if (ours && its) {
            return "; our NAT and its NAT show another port to everybody";
        }
        if (!ours && !its) {
            return "";
        }
        return (ours ? "; our NAT" : "; its NAT")
                + " shows another port to everybody"
                + (predicted ? "" : ", punch_ports on both sides may help");
    }
}
