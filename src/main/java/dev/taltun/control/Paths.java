package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Place;
import dev.taltun.protocol.Whereabouts;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What all peers' paths share: which lighthouses there are, and who is who. Control agent's thread.
 */
final class Paths {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** An honest node asks for another a few times, a second apart, then once a minute. */
    private static final long QUESTION_NANOS = SECOND_NANOS / 2;

    private static final int QUESTIONS_AT_ONCE = 8;

    /** Probes of a relayed path and their answers, and who has opened its NAT. */
    private static final long MESSAGE_NANOS = SECOND_NANOS / 5;

    private static final int MESSAGES_AT_ONCE = 16;

    private final PathSettings settings;
    private final List<LighthouseLink> lighthouses = new ArrayList<>();
    private final List<PeerPath> floating = new ArrayList<>();
    private final Mapping mapping = new Mapping();

    /** On a lighthouse: what one node may ask for another, and have passed on to it. */
    private final PairAllowance questions;

    private final PairAllowance messages;

    /** Opened when first asked for; 0 before, negative if that failed. */
    private int otherSocket;

    /**
     * Changes told by lighthouses that are acted on: a lying one, or a NAT of many faces, has no
     * end of them.
     */
    private final Allowance moves = new Allowance(10 * SECOND_NANOS, 3);

    private final Allowance tellings = new Allowance(SECOND_NANOS, 4);

    /** Who guesses ports at present, or null. */
    private PortPredictor predicting;

    private Function<PublicKey, PeerController> finder = key -> null;
    private Supplier<Collection<PeerController>> everybody = List::of;

    /**
     * @param secret random
     */
    Paths(PathSettings settings, long secret) {
        this.settings = settings;
        boolean any = settings.lighthouse();
        questions = any ? new PairAllowance(QUESTION_NANOS, QUESTIONS_AT_ONCE, secret) : null;
        messages = any ? new PairAllowance(MESSAGE_NANOS, MESSAGES_AT_ONCE, ~secret) : null;
    }

    /** Who is who; once. */
    void use(PeerRegistry registry) {
        finder = registry::find;
        everybody = registry::all;
    }

    PathSettings settings() {
        return settings;
    }

    /** The peer with this key, or null. */
    PeerController find(PublicKey key) {
        return finder.apply(key);
    }

    /** What a peer is. */
    PathRole roleOf(PathParts parts, PeerSpec spec) {
        if (settings.lighthouse()) {
            return new RegisteredNode(parts, this);
        }
        if (spec.lighthouse()) {
            return new LighthouseLink(parts, this);
        }
        if (isPlain(spec)) {
            return PathRole.plain(parts.peer());
        }
        return new PeerPath(parts, this, spec.path(), spec.endpoint() != null);
    }

    /** As {@link #roleOf}, for a peer that may have a session already. */
    PathRole changedRole(PathParts parts, PeerSpec spec, long now) {
        PathRole role = roleOf(parts, spec);
        if (parts.sessions().usable(now) != null || spec.path() == PathChoice.RELAY) {
            role.onSession(now);
        }
        return role;
    }

    /** Whether two wishes for one peer make the same of it. */
    boolean sameRole(PeerSpec one, PeerSpec other) {
        return settings.lighthouse()
                || (one.lighthouse() == other.lighthouse()
                        && (one.endpoint() == null) == (other.endpoint() == null)
                        && one.path() == other.path());
    }

    /** Whether no lighthouse has to do with the peer, whatever comes. */
    private static boolean isPlain(PeerSpec spec) {
        return spec.endpoint() != null && spec.path() == PathChoice.DIRECT;
    }

    // Lighthouses of ours.

    void add(LighthouseLink link) {
        lighthouses.add(link);
        choose();
    }

    void remove(LighthouseLink link) {
        lighthouses.remove(link);
        choose();
    }

    List<LighthouseLink> lighthouses() {
        return lighthouses;
    }

    boolean anyAlive() {
        return lighthouses.stream().anyMatch(LighthouseLink::isAlive);
    }

    /** Something about the lighthouses changed: another may be the one to pass packets on. */
    void choose() {
        floating.forEach(PeerPath::lighthousesChanged);
    }

    // Peers that a lighthouse may stand in for.

    void add(PeerPath path) {
        floating.add(path);
    }

    void remove(PeerPath path) {
        floating.remove(path);
    }

    /** What this node can do, and what it is behind, as lighthouses are told. */
    int capabilities() {
        return ControlFrame.CAPABILITY_PATHS
                | (portVaries() ? ControlFrame.CAPABILITY_VARIES : 0)
                | (settings.punchPorts() > 0 ? ControlFrame.CAPABILITY_PREDICTS : 0);
    }

    /** On a lighthouse: questions of one node for another. */
    PairAllowance questions() {
        return questions;
    }

    /** On a lighthouse: what one node has passed on to another. */
    PairAllowance messages() {
        return messages;
    }

    /** What lighthouses see of the NAT in front of us. */
    Mapping mapping() {
        return mapping;
    }

    /** Whether the NAT in front of us is known to show another port to every destination. */
    boolean portVaries() {
        return mapping.varies();
    }

    /**
     * All lighthouses have to know what we just learnt of ourselves; soon, if that is too often.
     */
    void tellAgain(long now) {
        if (tellings.take(now)) {
            lighthouses.forEach(link -> link.register(now));
        }
    }

    /**
     * Takes leave to guess ports: one peer at a time, so that however many there are it is never
     * more than the user gave leave for.
     */
    boolean claimPrediction(PortPredictor predictor) {
        if (predicting != null && predicting != predictor) {
            return false;
        }
        predicting = predictor;
        return true;
    }

    /**
     * A socket with another port than our own, to send from only; not positive if there is none.
     */
    int otherSocket() {
        if (otherSocket == 0) {
            otherSocket = settings.fan().open();
        }
        return otherSocket;
    }

    /** The turn is over. */
    void endPrediction(PortPredictor predictor) {
        if (predicting == predictor) {
            predicting = null;
        }
    }

    /** The machine has other addresses or routes: all is told anew, and tried anew. */
    void networkChanged(long now) {
        everybody.get().forEach(peer -> peer.networkChanged(now));
    }

    /**
     * A lighthouse sees us at another place than before.
     *
     * @return whether that is acted on
     */
    boolean moved(long now) {
        boolean heeded = moves.take(now);
        if (heeded) {
            networkChanged(now);
        }
        return heeded;
    }

    /** Whether a place is inside the VPN: to send there would send the tunnel through itself. */
    boolean isInTunnel(Endpoint place) {
        if (Candidates.isInside(place, settings.vips())) {
            return true;
        }
        for (PeerController peer : everybody.get()) {
            if (Candidates.isInside(place, peer.allowedIps())) {
                return true;
            }
        }
        return false;
    }

    // What frames are made of.

    /** Most addresses of a node that fit. */
    static List<IpPrefix> told(List<IpPrefix> vips) {
        return vips.subList(0, Math.min(vips.size(), Whereabouts.ADDRESSES_MAX));
    }

    static void putAddresses(MemorySegment frame, long whereabouts, List<IpPrefix> vips) {
        for (int i = 0; i < vips.size(); i++) {
            IpPrefix vip = vips.get(i);
            long high = vip.v6() ? vip.address().high() : 0;
            long low = vip.v6() ? vip.address().low() : Endpoint.mapped(vip.address().asInt());
            Whereabouts.putAddress(frame, whereabouts, i, high, low);
        }
    }

    static void putPlaces(MemorySegment frame, long whereabouts, List<Endpoint> places) {
        for (int i = 0; i < places.size(); i++) {
            put(frame, Whereabouts.placeAt(frame, whereabouts, i), places.get(i));
        }
    }

    static void put(MemorySegment frame, long at, Endpoint place) {
        Place.put(frame, at, place.high(), place.low(), place.port());
    }

    static Peer peerOf(LighthouseLink link) {
        return link == null ? null : link.peer();
    }
}
