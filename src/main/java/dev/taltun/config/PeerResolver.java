package dev.taltun.config;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** From a {@code [[peers]]} table to typed values. Every default of this table stands here. */
final class PeerResolver {
    private static final int NAME_MAX = 64;
    private static final String ASK_PEER = "run \"taltun pubkey\" on the peer to see it";

    private final Problems problems;
    private final InterfaceConfig iface;

    PeerResolver(Problems problems, InterfaceConfig iface) {
        this.problems = problems;
        this.iface = iface;
    }

    /** The peer with its places, or null if it cannot even be identified. */
    PeerDraft resolve(RawTable table) {
        ValueReader values = new ValueReader(table, problems);
        PublicKey key = publicKey(table);
        List<PlacedPrefix> vips =
                values.vips(PeerKey.VIP).stream().map(PeerResolver::host).toList();
        List<PlacedPrefix> allowed = values.networks(PeerKey.ALLOWED_IPS);
        boolean lighthouse = values.isTrue(PeerKey.LIGHTHOUSE);
        if (table.lacks(PeerKey.VIP) && table.lacks(PeerKey.ALLOWED_IPS) && !lighthouse) {
            problems.error(
                    table.missing(PeerKey.VIP),
                    "missing",
                    "give the peer's address inside the VPN, like 10.100.0.3");
        }
        Optional<SecretKey> preshared = presharedKey(table);
        Optional<Endpoint> endpoint =
                values.text(
                        PeerKey.ENDPOINT,
                        text -> Optional.of(Endpoint.parse(text)),
                        "write host:port, like 203.0.113.5:51820",
                        Optional.empty());
        if (lighthouse && table.lacks(PeerKey.ENDPOINT)) {
            problems.error(
                    table.missing(PeerKey.ENDPOINT),
                    "missing",
                    "a lighthouse is found by its endpoint, like 203.0.113.5:51820");
        }
        int keepalive =
                InterfaceResolver.keepalive(values, PeerKey.KEEPALIVE, iface.keepaliveSeconds());
        CipherChoice cipher = values.choice(PeerKey.CIPHER, CipherChoice.values(), iface.cipher());
        String name = values.text(PeerKey.NAME, PeerResolver::name, "choose another", "");
        if (key == null) {
            return null;
        }
        PeerConfig config =
                new PeerConfig(
                        name.isEmpty() ? key.abbreviated() : name,
                        key,
                        preshared,
                        PlacedPrefix.prefixes(vips),
                        endpoint,
                        PlacedPrefix.prefixes(allowed),
                        keepalive,
                        lighthouse,
                        cipher,
                        Optional.empty(),
                        values.choice(PeerKey.PATH, PathWish.values(), PathWish.AUTO));
        RawValue relayWith = table.get(PeerKey.RELAY_WITH);
        RawValue path = table.get(PeerKey.PATH);
        return new PeerDraft(
                config,
                table.get(PeerKey.PUBLIC_KEY).source(),
                vips,
                allowed,
                relayWith == null ? null : relayWith.texts(),
                path == null ? null : path.source());
    }

    /** A peer is one host, whatever length its address was written with. */
    private static PlacedPrefix host(PlacedPrefix vip) {
        return new PlacedPrefix(vip.prefix().host(), vip.source());
    }

    private PublicKey publicKey(RawTable table) {
        RawValue value = table.get(PeerKey.PUBLIC_KEY);
        if (value == null) {
            if (table.lacks(PeerKey.PUBLIC_KEY)) {
                problems.error(table.missing(PeerKey.PUBLIC_KEY), "missing", ASK_PEER);
            }
            return null;
        }
        PublicKey key = problems.parse(value, PublicKey::parse, ASK_PEER);
        if (key != null && ConstantTime.isZero(key.toBytes())) {
            problems.error(value.source(), "the key is all zeros", ASK_PEER);
            return null;
        }
        return key;
    }

    private Optional<SecretKey> presharedKey(RawTable table) {
        RawValue value = table.get(PeerKey.PRESHARED_KEY);
        if (value == null) {
            return Optional.empty();
        }
        SecretKey key =
                problems.parse(
                        value, SecretKey::parse, "make one with \"taltun genpsk\" for both sides");
        if (key == null) {
            return Optional.empty();
        }
        byte[] bytes = key.toBytes();
        boolean zero = ConstantTime.isZero(bytes);
        Arrays.fill(bytes, (byte) 0);
        // WireGuard's own way to say that there is none.
        return zero ? Optional.empty() : Optional.of(key);
    }

    private static String name(String name) {
        if (name.isBlank() || name.length() > NAME_MAX) {
            throw new IllegalArgumentException(
                    "a peer's name has 1 to " + NAME_MAX + " characters; leave it out for none");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a peer's name is one line of plain text; leave out control characters");
        }
        return name;
    }
}
