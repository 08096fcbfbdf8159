package dev.taltun.noise;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.X25519;
import dev.taltun.crypto.X25519Key;
import dev.taltun.protocol.Limits;

/**
 * The tokens of the handshake pattern, message by message (Noise specification, sections 7.5 and 9;
 * WireGuard paper, sections 5.4.2 and 5.4.3).
 *
 * <pre>
 *   IKpsk2:
 *     &lt;- s                       the initiator knows the responder's static key
 *     ...
 *     -&gt; e, es, s, ss  {payload}   first message:  {@link #writeFirst}, {@link #readStatic} + {@link #readPayload}
 *     &lt;- e, ee, se, psk {payload}  second message: {@link #writeSecond}, {@link #readSecond}
 *
 *   e    ephemeral public key, in the clear; into the hash and, for there is a psk, the chaining key
 *   s    the initiator's static public key, sealed
 *   es   DH(initiator's ephemeral, responder's static), and so on for ss, ee, se
 *   psk  32 bytes both know, zeros if none
 * </pre>
 *
 * Stateless; null means that the message is not authentic or a key is a low-order point. The
 * symmetric state is then useless, so callers work on a copy.
 */
final class IkPsk2 {
    /** The fields of the first message. */
    record First(byte[] ephemeral, byte[] sealedStatic, byte[] sealedPayload) {}

    /** The fields of the second message. */
    record Second(byte[] ephemeral, byte[] sealedPayload) {}

    /** An ephemeral key pair; closing wipes the private key. */
    record Ephemeral(X25519Key privateKey, byte[] publicKey) implements AutoCloseable {
        static Ephemeral generate(RandomSource random) {
            byte[] privateKey = new byte[Limits.PUBLIC_KEY_BYTES];
            random.fill(privateKey);
            return of(privateKey);
        }

        /** Takes the private key over, and wipes the bytes. */
        static Ephemeral of(byte[] privateKey) {
            X25519Key key = X25519.prepare(privateKey);
            ConstantTime.wipe(privateKey);
            return new Ephemeral(key, key.publicKey());
        }

        boolean agree(byte[] remotePublic, byte[] out) {
            return privateKey.agree(remotePublic, out);
        }

        @Override
        public void close() {
            privateKey.close();
        }

        @Override
        public String toString() {
            return "Ephemeral(hidden)";
        }
    }

    private IkPsk2() {}

    /** Initiator: {@code e, es, s, ss}, payload. */
    static First writeFirst(
            SymmetricState state,
            Ephemeral ephemeral,
            StaticIdentity local,
            byte[] remoteStatic,
            byte[] staticStatic,
            byte[] payload) {
        byte[] secret = new byte[X25519.BYTES];
        try {
            state.mixHash(ephemeral.publicKey());
            state.mixChain(ephemeral.publicKey());
            if (!ephemeral.agree(remoteStatic, secret)) {
                return null;
            }
            state.mixKey(secret);
            byte[] sealedStatic = state.sealAndHash(local.publicKey().toBytes());
            state.mixKey(staticStatic);
            return new First(ephemeral.publicKey(), sealedStatic, state.sealAndHash(payload));
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    /** Responder: {@code e, es, s}. Gives the initiator's static public key. */
    static byte[] readStatic(SymmetricState state, StaticIdentity local, First message) {
        byte[] secret = new byte[X25519.BYTES];
        try {
            state.mixHash(message.ephemeral());
            state.mixChain(message.ephemeral());
            if (!local.agree(message.ephemeral(), secret)) {
                return null;
            }
            state.mixKey(secret);
            return state.openAndHash(message.sealedStatic());
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    /** Responder: {@code ss}. Gives the payload. */
    static byte[] readPayload(SymmetricState state, byte[] staticStatic, First message) {
        state.mixKey(staticStatic);
        return state.openAndHash(message.sealedPayload());
    }

    /** Responder: {@code e, ee, se, psk}, payload. */
    static Second writeSecond(
            SymmetricState state,
            Ephemeral ephemeral,
            byte[] remoteEphemeral,
            byte[] remoteStatic,
            byte[] presharedKey,
            byte[] payload) {
        byte[] secret = new byte[X25519.BYTES];
        try {
            state.mixHash(ephemeral.publicKey());
            state.mixChain(ephemeral.publicKey());
            if (!ephemeral.agree(remoteEphemeral, secret)) {
                return null;
            }
            state.mixChain(secret);
            if (!ephemeral.agree(remoteStatic, secret)) {
                return null;
            }
            state.mixChain(secret);
            state.mixKeyAndHash(presharedKey);
            return new Second(ephemeral.publicKey(), state.sealAndHash(payload));
        } finally {
            ConstantTime.wipe(secret);
        }
    }

    /** Initiator: {@code e, ee, se, psk}. Gives the payload. */
    static byte[] readSecond(
            SymmetricState state,
            Ephemeral ephemeral,
            StaticIdentity local,
            byte[] presharedKey,
            Second message) {
        byte[] secret = new byte[X25519.BYTES];
        try {
            state.mixHash(message.ephemeral());
            state.mixChain(message.ephemeral());
            if (!ephemeral.agree(message.ephemeral(), secret)) {
                return null;
            }
            state.mixChain(secret);
            if (!local.agree(message.ephemeral(), secret)) {
                return null;
            }
            state.mixChain(secret);
            state.mixKeyAndHash(presharedKey);
            return state.openAndHash(message.sealedPayload());
        } finally {
            ConstantTime.wipe(secret);
        }
    }
}
