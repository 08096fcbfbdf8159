package dev.taltun.bench;

import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.Entropy;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.noise.Handshake;
import dev.taltun.noise.KeyFactory;
import dev.taltun.noise.Session;
import dev.taltun.noise.StaticIdentity;
import dev.taltun.noise.Tai64n;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.HandshakeInitiation;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.Observed;
import dev.taltun.protocol.Place;
import dev.taltun.protocol.Register;
import dev.taltun.protocol.TransportData;
import dev.taltun.protocol.Whereabouts;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/**
 * One node as a lighthouse sees it: real keys, a real handshake, registrations with an address and
 * two places. Nothing else of an engine. One thread.
 */
final class Registrant {
    private static final int MTU = 1420;
    private static final int PLACES = 2;

    /** The index that the lighthouse answers to. */
    private final int index;

    private final StaticIdentity identity;
    private final Handshake handshake;
    private Session session;
    private int transaction;

    /** When the registration that waits for its answer was sent, or 0. */
    private long sentAt;

    Registrant(int index, SecretKey privateKey, PublicKey lighthouse, KeyFactory keys) {
        this.index = index;
        identity = new StaticIdentity(privateKey);
        handshake = new Handshake(identity, lighthouse, null, keys, Entropy::fill);
    }

    int index() {
        return index;
    }

    PublicKey publicKey() {
        return identity.publicKey();
    }

    boolean isConnected() {
        return session != null;
    }

    boolean isWaiting() {
        return sentAt != 0;
    }

    /** Gives up what was sent, if that is older. */
    boolean givesUp(long before) {
        boolean lost = sentAt != 0 && sentAt < before;
        sentAt = lost ? 0 : sentAt;
        return lost;
    }

    /** Writes an initiation; returns its length. */
    int initiation(MemorySegment out) {
        Instant now = Instant.now();
        Tai64n time = Tai64n.of(now.getEpochSecond(), now.getNano());
        long nanos = System.nanoTime();
        handshake.createInitiation(CipherSuite.CHACHA20_POLY1305, index, time, nanos, out, 0);
        sentAt = nanos;
        return HandshakeInitiation.BYTES;
    }

    /** Takes a response; false if it is none for us. */
    boolean response(MemorySegment in) {
        Session made = handshake.isPending() ? handshake.consumeResponse(in, 0, 0) : null;
        if (made == null) {
            return false;
        }
        session = made;
        sentAt = 0;
        return true;
    }

    /**
     * Writes a registration.
     *
     * @param plain room for a frame
     * @return length of the datagram
     */
    int registration(MemorySegment plain, MemorySegment out) {
        int bytes = Register.put(plain, 0, ++transaction, ControlFrame.CAPABILITY_PATHS, 1, PLACES);
        Whereabouts.putAddress(plain, Register.WHEREABOUTS_OFFSET, 0, 0, address(10));
        for (int i = 0; i < PLACES; i++) {
            long at = Whereabouts.placeAt(plain, Register.WHEREABOUTS_OFFSET, i);
            Place.put(plain, at, 0, address(192 + i), Register.BYTES_MIN);
        }
        int padded = bytes + Limits.padding(bytes, MTU);
        long counter = session.reserveCounters(1);
        TransportData.putHeader(out, 0, session.suite().id(), session.remoteIndex(), counter);
        session.sendKey().seal(0, counter, plain, 0, out, TransportData.HEADER_BYTES, padded);
        sentAt = System.nanoTime();
        return padded + TransportData.OVERHEAD_BYTES;
    }

    private long address(int first) {
        return 0xffff_0000_0000L | (long) first << 24 | index;
    }

    /**
     * Takes a datagram of the session.
     *
     * @return the nanoseconds from a registration to this, its answer; or -1 if it is another
     */
    long answer(MemorySegment in, int length, MemorySegment plain) {
        int sealed = length - TransportData.HEADER_BYTES;
        long counter = TransportData.counter(in, 0);
        boolean open =
                session != null
                        && session.receiveKey()
                                .open(0, counter, in, TransportData.HEADER_BYTES, plain, 0, sealed);
        int left = sealed - Limits.TAG_BYTES;
        if (!open
                || !ControlFrame.isControl(plain, 0, left)
                || !ControlFrame.check(plain, 0, left)
                || ControlFrame.type(plain, 0) != ControlFrame.TYPE_OBSERVED
                || Observed.transaction(plain, 0) != transaction
                || sentAt == 0) {
            return -1;
        }
        long took = System.nanoTime() - sentAt;
        sentAt = 0;
        return took;
    }
}
