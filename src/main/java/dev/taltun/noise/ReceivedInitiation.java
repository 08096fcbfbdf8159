package dev.taltun.noise;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.MessageHeader;
import dev.taltun.protocol.MessageType;
import java.lang.foreign.MemorySegment;

/**
 * An initiation that was opened as far as it tells who sent it. The caller looks that peer up, and
 * lets the peer's {@link Handshake} accept it and respond to it:
 *
 * <pre>
 *   try (ReceivedInitiation initiation = ReceivedInitiation.open(identity, message, offset)) {
 *       peer = peers.get(initiation.remote());
 *       if (peer.handshake().accept(initiation, now) == ACCEPTED) {
 *           session = peer.handshake().respond(initiation, newIndex, now, reply, 0);
 *       }
 *   }
 * </pre>
 *
 * Until it is accepted, the sender has proved nothing: everybody who knows our public key can name
 * any peer. Control agent; closing wipes what it holds.
 */
public final class ReceivedInitiation implements AutoCloseable {
    /** How far the initiation has come; each step is done once. */
    enum Stage {
        OPENED,
        ACCEPTED,
        SPENT
    }

    private final SymmetricState state;
    private final IkPsk2.First message;
    private final int sender;
    private final PublicKey remote;
    private Stage stage = Stage.OPENED;

    private ReceivedInitiation(
            SymmetricState state, IkPsk2.First message, int sender, PublicKey remote) {
        this.state = state;
        this.message = message;
        this.sender = sender;
        this.remote = remote;
    }

    /**
     * Opens the static public key of a {@link HandshakeInitiation} whose length and mac1 were
     * checked.
     *
     * @param local our identity, to which it must be addressed
     * @return null if it is not authentic or of a suite we do not know
     */
    public static ReceivedInitiation open(
            StaticIdentity local, MemorySegment segment, long offset) {
        CipherSuite suite = CipherSuite.ofId(MessageHeader.suite(segment, offset));
        if (suite == null
                || MessageHeader.word(segment, offset)
                        != MessageHeader.word(MessageType.HANDSHAKE_INITIATION, suite.id())) {
            return null;
        }
        IkPsk2.First message =
                new IkPsk2.First(
                        Segments.bytes(
                                segment,
                                offset + HandshakeInitiation.EPHEMERAL_OFFSET,
                                PublicKey.BYTES),
                        Segments.bytes(
                                segment,
                                offset + HandshakeInitiation.STATIC_OFFSET,
                                HandshakeInitiation.STATIC_BYTES),
                        Segments.bytes(
                                segment,
                                offset + HandshakeInitiation.TIMESTAMP_OFFSET,
                                HandshakeInitiation.TIMESTAMP_BYTES));
        SymmetricState state = NoiseProtocol.of(suite).begin(local.publicKey());
        byte[] remote = IkPsk2.readStatic(state, local, message);
        if (remote == null) {
            state.close();
            return null;
        }
        int sender = HandshakeInitiation.sender(segment, offset);
        return new ReceivedInitiation(state, message, sender, PublicKey.copyOf(remote));
    }

    /** Who the sender says it is. */
    public PublicKey remote() {
        return remote;
    }

    /** The suite that the initiator wants for the session. */
    public CipherSuite suite() {
        return state.suite();
    }

    /** The initiator's index of the handshake and the session. */
    public int sender() {
        return sender;
    }

    SymmetricState state() {
        return state;
    }

    IkPsk2.First message() {
        return message;
    }

    /** Moves on from a stage; false if it is at another. */
    boolean advance(Stage from, Stage to) {
        if (stage != from) {
            return false;
        }
        stage = to;
        return true;
    }

    @Override
    public void close() {
        stage = Stage.SPENT;
        state.close();
    }
}
