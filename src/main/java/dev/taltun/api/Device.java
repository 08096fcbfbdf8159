package dev.taltun.api;

import dev.taltun.control.PeerChange;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.PeerStatus;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The running engine, as its control socket sees and changes it. Called on that socket's thread.
 */
public interface Device {
    /** The state of all peers. */
    CompletableFuture<List<PeerStatus>> peers();

    /** Copies of the preshared keys of the peers that have one; the caller closes them. */
    CompletableFuture<Map<PublicKey, SecretKey>> presharedKeys();

    /** Makes changes in this order; when one is refused, those before it stay. */
    CompletableFuture<Void> change(List<PeerChange> changes);

    /** Removes all peers. */
    CompletableFuture<Void> removePeers();

    /** Everything about the interface that is not secret. */
    DeviceStatus status();

    /** A copy of the private key, which the caller closes; null if there is none. */
    SecretKey privateKey();

    /**
     * Makes the engine somebody else, unless it is that already: all sessions end.
     *
     * @param key copied; null to be nobody
     */
    void privateKey(SecretKey key);

    /**
     * Listens on another UDP port, unless it is the one that is listened on.
     *
     * @param port 0 for any
     * @throws IOException when the port cannot be had; the engine keeps the one it has
     */
    void listenPort(int port) throws IOException;

    /**
     * Marks what is sent from now on.
     *
     * @param mark unsigned; 0 for none
     * @throws IOException when that is not permitted
     */
    void fwmark(int mark) throws IOException;

    /** What a peer begins with that the control socket makes. */
    PeerSpec newPeer(PublicKey key);
}
