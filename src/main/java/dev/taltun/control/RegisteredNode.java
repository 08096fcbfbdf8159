package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.memory.Layouts;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.FilterCheck;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.Observed;
import dev.taltun.protocol.PeerUpdate;
import dev.taltun.protocol.Query;
import dev.taltun.protocol.Register;
import dev.taltun.protocol.RelayProbe;
import dev.taltun.protocol.Whereabouts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One node as a lighthouse knows it: where it says that it is, and where its datagrams come from.
 *
 * <p>Whoever asks for a node must be registered itself, and both must be allowed to exchange
 * packets here ({@code relay_with}); then each hears where the other is, at the same time. An
 * answer is smaller than its question. Questions are limited for each pair here, and for each asker
 * before they come here ({@link Peer#mayAsk}).
 *
 * <p>Whoever is told of a place sends there, more than it costs to have a member ask: a packet to
 * it does. So of a node's places only those are told to who asks for it at which it has read
 * something (and private ones, to which nobody sends who is far away). All the others may be a
 * stranger's: the node itself has to pay for having them told, as who asks has. All of it is in
 * memory only, some hundred bytes a node. Control agent's thread.
 */
final class RegisteredNode implements PathRole {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** Registrations come every 8 to 13 s: three may be lost. */
    private static final long VALID_NANOS = 60 * SECOND_NANOS;

    private static final int STRAYS_AT_ONCE = 6;

    private final PathParts parts;
    private final Paths paths;
    private List<Endpoint> places = List.of();
    private int capabilities;
    private long registeredAt;

    private final AddressProof proof = new AddressProof();
    private final Allowance strays = new Allowance(SECOND_NANOS, STRAYS_AT_ONCE);

    RegisteredNode(PathParts parts, Paths paths) {
        this.parts = parts;
        this.paths = paths;
    }

    @Override
    public void onAnswered(Session session, Endpoint source) {
        proof.answered(session, source);
    }

    @Override
    public void onConfirmed(Session session) {
        proof.confirmed(session);
    }

    @Override
    public void onRelayed(long now) {
        look();
    }

    /** A stranger would get one every five seconds. A node that moved shakes hands itself. */
    @Override
    public boolean shakesHands() {
        return proof.isNoStranger(parts.peer().endpoint());
    }

    private void look() {
        proof.look(parts.peer().endpoint(), parts.peer().rxBytes());
    }

    /** Sends the frame in the context's memory because another node wants that. */
    private void sendFor(int length, long now) {
        Peer peer = parts.peer();
        int bytes = parts.context().sealer.sealedLength(length);
        if (peer.endpoint() != null && proof.take(peer.endpoint(), peer.rxBytes(), bytes)) {
            parts.send(length, now);
        }
    }

    /** Sends the frame in the context's memory, which answers a longer one of the node. */
    private void answer(int length, long now) {
        proof.answers(parts.context().sealer.sealedLength(length));
        parts.send(length, now);
    }

    /**
     * What others are told that the node can do. To have its ports guessed costs them far more than
     * it costs the node to ask: so it must have read something at that address, for whoever sends
     * with a stranger's address would have the guesses go there.
     */
    private int toldCapabilities() {
        boolean proven = proof.isProven(parts.peer().endpoint());
        return proven ? capabilities : capabilities & ~ControlFrame.CAPABILITY_PREDICTS;
    }

    /** Where it may be: where it is seen, then where it says; as many as fit. */
    private List<Endpoint> allPlaces() {
        List<Endpoint> all = new ArrayList<>();
        all.add(parts.peer().endpoint());
        for (Endpoint place : places) {
            if (all.size() < Whereabouts.PLACES_MAX && !place.sameRemote(all.getFirst())) {
                all.add(place);
            }
        }
        return all;
    }

    /** Those of its places that others may be told of although it has not paid. */
    private List<Endpoint> freePlaces() {
        if (!proof.isProven(parts.peer().endpoint())) {
            return List.of();
        }
        return allPlaces().stream()
                .filter(place -> proof.isProven(place) || Candidates.isPrivate(place))
                .toList();
    }

    @Override
    public void onFrame(ReceivedFrame frame, long now) {
        MemorySegment memory = frame.memory();
        int type = ControlFrame.type(memory, 0);
        look();
        if (type == ControlFrame.TYPE_REGISTER && isComplete(Register.check(memory, 0))) {
            register(memory, now);
        } else if (type == ControlFrame.TYPE_QUERY && isComplete(Query.check(memory, 0))) {
            question(memory, now);
        } else if (RelayProbe.isOne(type) && isComplete(RelayProbe.check(memory, 0))) {
            passOn(memory, type, now);
        } else if (type == ControlFrame.TYPE_FILTER_CHECK
                && isComplete(FilterCheck.check(memory, 0))) {
            stray(FilterCheck.token(memory, 0), now);
        }
    }

    private boolean isComplete(boolean checked) {
        if (!checked) {
            parts.context().counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
        }
        return checked;
    }

    private void register(MemorySegment memory, long now) {
        places = List.copyOf(Candidates.read(memory, Register.WHEREABOUTS_OFFSET));
        capabilities = Register.capabilities(memory, 0);
        registeredAt = now;
        Endpoint seen = parts.peer().endpoint();
        if (seen == null) {
            return;
        }
        MemorySegment answer = parts.context().frame;
        Observed.put(answer, 0, Register.transaction(memory, 0));
        Paths.put(answer, Observed.PLACE_OFFSET, seen);
        answer(Observed.BYTES, now);
    }

    private boolean isRegistered(long now) {
        return registeredAt != 0
                && now - registeredAt < VALID_NANOS
                && parts.peer().endpoint() != null;
    }

    private void question(MemorySegment memory, long now) {
        if (!isRegistered(now)) {
            return;
        }
        int transaction = Query.transaction(memory, 0);
        PublicKey key = key(memory, Query.KEY_OFFSET);
        RegisteredNode other = reachable(key, now);
        if (other == null) {
            // One answer for all reasons: who there is, is nobody's business.
            MemorySegment answer = parts.context().frame;
            int length = PeerUpdate.put(answer, 0, PeerUpdate.FLAG_UNKNOWN, transaction, 0, 0);
            putKey(answer, PeerUpdate.KEY_OFFSET, key);
            answer(length, now);
            return;
        }
        if (!paths.questions().take(parts.peer().publicKey(), key, now)) {
            return;
        }
        boolean pays = (Query.flags(memory, 0) & Query.FLAG_PAYS) != 0;
        List<Endpoint> free = other.freePlaces();
        boolean unpaid = !pays && free.size() < other.allPlaces().size();
        int flags = PeerUpdate.FLAG_PUNCH | (unpaid ? PeerUpdate.FLAG_UNPAID : 0);
        // The one that was asked for first: it is not waiting, and its way may be longer. If it is
        // not where it was, no more is sent there than it takes to hear of it.
        boolean known = pays || !free.isEmpty();
        other.tell(this, known ? allPlaces() : List.of(), flags, 0, now);
        if (!pays) {
            tell(other, free, 0, transaction, now);
        } else if (freePlaces().isEmpty()) {
            tell(other, free, PeerUpdate.FLAG_PUNCH, 0, now);
        }
    }

    /** Passes a message of one node to another on, and says whom it is from. */
    private void passOn(MemorySegment memory, int type, long now) {
        PublicKey own = parts.peer().publicKey();
        PublicKey key = key(memory, RelayProbe.KEY_OFFSET);
        RegisteredNode other = isRegistered(now) ? reachable(key, now) : null;
        if (other != null && paths.messages().take(own, key, now)) {
            MemorySegment frame = parts.context().frame;
            RelayProbe.put(frame, 0, type, RelayProbe.transaction(memory, 0));
            putKey(frame, RelayProbe.KEY_OFFSET, own);
            other.sendFor(RelayProbe.BYTES, now);
        }
    }

    /** Sends the node, there where it is, a datagram from another port of ours. */
    private void stray(long token, long now) {
        Endpoint to = parts.peer().endpoint();
        Session session = parts.sessions().usable(now);
        int via = paths.otherSocket();
        if (to == null || session == null || via <= 0 || !strays.take(now)) {
            return;
        }
        TxBatch batch = parts.context().outbox.batchFor(FilterCheck.STRAY_BYTES);
        if (batch != null) {
            FilterCheck.putStray(batch.slab(), batch.tail(), session.remoteIndex(), token);
            batch.append(FilterCheck.STRAY_BYTES, to.from(via), 1);
            proof.answers(FilterCheck.STRAY_BYTES);
        }
    }

    private static PublicKey key(MemorySegment memory, long at) {
        byte[] bytes = new byte[Limits.PUBLIC_KEY_BYTES];
        MemorySegment.copy(memory, Layouts.BYTE, at, bytes, 0, bytes.length);
        return PublicKey.copyOf(bytes);
    }

    /** The registered node with this key, if the two may talk; else null. */
    private RegisteredNode reachable(PublicKey key, long now) {
        RegisteredNode other = find(key);
        boolean usable =
                other != null && other != this && mayTalk(other) && other.isRegistered(now);
        return usable ? other : null;
    }

    private RegisteredNode find(PublicKey key) {
        PeerController peer = paths.find(key);
        return peer != null && peer.role() instanceof RegisteredNode node ? node : null;
    }

    private boolean mayTalk(RegisteredNode other) {
        Peer one = parts.peer();
        Peer two = other.parts.peer();
        return one.relaysWith(two) && two.relaysWith(one);
    }

    /** Tells this node where another is; the first of the places is where that is seen. */
    private void tell(
            RegisteredNode about, List<Endpoint> all, int flags, int transaction, long now) {
        MemorySegment frame = parts.context().frame;
        int length = PeerUpdate.put(frame, 0, flags, transaction, 0, all.size());
        PeerUpdate.putCapabilities(frame, 0, about.toldCapabilities());
        putKey(frame, PeerUpdate.KEY_OFFSET, about.parts.peer().publicKey());
        Paths.putPlaces(frame, PeerUpdate.WHEREABOUTS_OFFSET, all);
        if (transaction != 0) {
            answer(length, now);
        } else {
            sendFor(length, now);
        }
    }

    private static void putKey(MemorySegment frame, long at, PublicKey key) {
        MemorySegment.copy(key.toBytes(), 0, frame, Layouts.BYTE, at, Limits.PUBLIC_KEY_BYTES);
    }

    @Override
    public PathStatus status(long now) {
        return PathStatus.plain(parts.peer().endpoint());
    }
}
