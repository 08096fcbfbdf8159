package dev.taltun.api;

import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PathStatus;
import dev.taltun.control.PeerChange;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.PeerStatus;
import dev.taltun.crypto.CipherSuite;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.testing.PeerSpecBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** An engine that only remembers what it was told. */
final class FakeDevice implements Device {
    static final int TAKEN_PORT = 7;

    final Map<PublicKey, PeerSpec> peers = new LinkedHashMap<>();
    final Map<PublicKey, byte[]> secrets = new HashMap<>();
    byte[] privateKey;
    int port = 51820;
    int mark;
    int largestBatch;

    @Override
    public CompletableFuture<List<PeerStatus>> peers() {
        List<PeerStatus> all = new ArrayList<>();
        for (PeerSpec spec : peers.values()) {
            all.add(status(spec));
        }
        return CompletableFuture.completedFuture(all);
    }

    private static final PathStatus DIRECT =
            new PathStatus(PathStatus.Kind.DIRECT, "", "", -1, -1, -1, null, List.of());

    /** Everything that can be said of a way. */
    private static final PathStatus RELAYED =
            new PathStatus(
                    PathStatus.Kind.RELAY,
                    "beacon",
                    "no answer",
                    2_000_000_000L,
                    300_000L,
                    900_000L,
                    Endpoint.of(new InetSocketAddress("192.0.2.7", 77)),
                    List.of(
                            new PathStatus.Candidate(
                                    Endpoint.of(new InetSocketAddress("192.0.2.8", 88)),
                                    "no answer to 5 tries")));

    private static PeerStatus status(PeerSpec spec) {
        boolean known = spec.endpoint() instanceof EndpointSpec.Numeric;
        return new PeerStatus(
                spec.name(),
                spec.publicKey(),
                spec.presharedKey() != null,
                spec.endpoint(),
                known ? ((EndpointSpec.Numeric) spec.endpoint()).endpoint() : null,
                spec.allowedIps(),
                spec.keepaliveSeconds(),
                1_700_000_000_123L,
                11,
                1,
                22,
                2,
                5_000_000_000L,
                CipherSuite.AES_256_GCM,
                3,
                false,
                0,
                1_000_000_000L,
                known ? DIRECT : RELAYED);
    }

    @Override
    public CompletableFuture<Map<PublicKey, SecretKey>> presharedKeys() {
        Map<PublicKey, SecretKey> copies = new HashMap<>();
        secrets.forEach((key, secret) -> copies.put(key, SecretKey.copyOf(secret)));
        return CompletableFuture.completedFuture(copies);
    }

    @Override
    public CompletableFuture<Void> change(List<PeerChange> changes) {
        largestBatch = Math.max(largestBatch, changes.size());
        for (PeerChange change : changes) {
            PublicKey key = change.publicKey();
            if (change.remove()) {
                peers.remove(key);
                secrets.remove(key);
                continue;
            }
            PeerSpec before = peers.getOrDefault(key, change.ifNew());
            if (before == null) {
                continue;
            }
            peers.put(key, change.appliedTo(before));
            if (change.presharedKey() != null) {
                secrets.remove(key);
                if (!change.presharedKey().isZero()) {
                    secrets.put(key, change.presharedKey().toBytes());
                }
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> removePeers() {
        peers.clear();
        secrets.clear();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public DeviceStatus status() {
        return new DeviceStatus(
                "server",
                1420,
                null,
                port,
                mark,
                List.of("tun_tso", "udp_gso"),
                "ipsec-mb 1.3",
                Map.of(Counter.DROP_NO_PEER, 9L));
    }

    @Override
    public SecretKey privateKey() {
        return privateKey == null ? null : SecretKey.copyOf(privateKey);
    }

    @Override
    public void privateKey(SecretKey key) {
        privateKey = key == null ? null : key.toBytes();
    }

    @Override
    public void listenPort(int wanted) throws IOException {
        if (wanted == TAKEN_PORT) {
            throw new IOException("taken");
        }
        port = wanted;
    }

    @Override
    public void fwmark(int wanted) {
        mark = wanted;
    }

    @Override
    public PeerSpec newPeer(PublicKey key) {
        return new PeerSpecBuilder(key.abbreviated(), key).build();
    }
}
