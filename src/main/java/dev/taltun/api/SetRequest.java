package dev.taltun.api;

import dev.taltun.control.PeerChange;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One {@code set=1} while it is read: first the interface, then from each {@code public_key} on a
 * peer.
 *
 * <p>What a line says is done as it comes, peers some dozens at a time. The first line that is
 * refused gives the answer; what comes after it is not looked at, and what came before it stays.
 */
final class SetRequest {
    /** Peers handed over at once: for new ones that is a few milliseconds of the control agent. */
    private static final int BATCH = 64;

    private static final long MARK_MAX = 0xffff_ffffL;
    private static final long PORT_MAX = 0xffff;

    private final Device device;
    private final List<PeerChange> batch = new ArrayList<>();
    private PeerLines peer;
    private int errno;

    SetRequest(Device device) {
        this.device = device;
    }

    /** A line; its value is read before this returns. */
    void line(String key, AsciiText value) {
        if (errno != 0) {
            return;
        }
        try {
            if (key.equals("public_key")) {
                PublicKey publicKey = HexKey.publicKey(value);
                endPeer();
                peer = new PeerLines(device, publicKey);
            } else if (peer != null) {
                peer.line(key, value);
            } else {
                deviceLine(key, value);
            }
        } catch (UapiException e) {
            refuse(e.errno());
        }
    }

    /** A line that is none. */
    void refuse(int because) {
        if (errno == 0) {
            errno = because;
        }
    }

    private void deviceLine(String key, AsciiText value) throws UapiException {
        switch (key) {
            case "private_key" -> privateKey(value);
            case "listen_port" -> listenPort((int) number(value, PORT_MAX));
            case "fwmark" -> mark(value.length() == 0 ? 0 : number(value, MARK_MAX));
            case "replace_peers" -> {
                requireTrue(value);
                Commands.await(device.removePeers());
            }
            default -> throw UapiException.invalid();
        }
    }

    private void privateKey(AsciiText value) throws UapiException {
        try (SecretKey key = HexKey.secret(value)) {
            device.privateKey(key.isZero() ? null : key);
        } catch (IllegalStateException e) {
            throw new UapiException(UapiException.EIO, e);
        }
    }

    private void listenPort(int port) throws UapiException {
        try {
            device.listenPort(port);
        } catch (IOException e) {
            throw new UapiException(UapiException.EADDRINUSE, e);
        }
    }

    private void mark(long mark) throws UapiException {
        try {
            device.fwmark((int) mark);
        } catch (IOException e) {
            throw new UapiException(UapiException.EIO, e);
        }
    }

    static long number(AsciiText value, long max) throws UapiException {
        long number = value.number(max);
        if (number < 0) {
            throw UapiException.invalid();
        }
        return number;
    }

    static void requireTrue(AsciiText value) throws UapiException {
        if (!value.contentEquals("true")) {
            throw UapiException.invalid();
        }
    }

    private void endPeer() throws UapiException {
        if (peer != null) {
            batch.add(peer.change());
            peer = null;
        }
        if (batch.size() == BATCH) {
            handOver();
        }
    }

    private void handOver() throws UapiException {
        try {
            if (!batch.isEmpty()) {
                Commands.await(device.change(List.copyOf(batch)));
            }
        } finally {
            forgetBatch();
        }
    }

    private void forgetBatch() {
        for (PeerChange change : batch) {
            if (change.presharedKey() != null) {
                change.presharedKey().close();
            }
        }
        batch.clear();
    }

    /**
     * The end of the operation.
     *
     * @return 0, or why a line was refused
     */
    int complete() {
        try {
            // What was read of a peer before a line was refused counts too.
            endPeer();
            handOver();
        } catch (UapiException e) {
            refuse(e.errno());
        }
        return errno;
    }

    /** The operation never ends. What was not handed over yet is forgotten. */
    void abandon() {
        if (peer != null) {
            batch.add(peer.change());
            peer = null;
        }
        forgetBatch();
    }
}
