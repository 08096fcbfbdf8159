package dev.taltun.config;

import dev.taltun.crypto.ConstantTime;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a configuration that was read again says otherwise than the one that runs. Immutable; the
 * keys in it stay those of the configurations.
 *
 * @param added peers that are new
 * @param removed peers that are gone
 * @param changed peers of which anything but the public key is different, as they are now
 * @param atNextStart one line for each key of {@code [interface]} and {@code [gateway]} that is
 *     different and cannot change while the node runs
 */
public record ConfigDifference(
        List<PeerConfig> added,
        List<PublicKey> removed,
        List<PeerConfig> changed,
        List<String> atNextStart) {
    /** Routes change while the node runs; the other two are only defaults for peers. */
    private static final Set<String> CHANGE_AT_ONCE =
            Set.of(
                    InterfaceKey.ROUTES.text(),
                    InterfaceKey.KEEPALIVE.text(),
                    InterfaceKey.CIPHER.text());

    public ConfigDifference {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
        atNextStart = List.copyOf(atNextStart);
    }

    /** Compares two configurations of one node. */
    public static ConfigDifference between(TaltunConfig before, TaltunConfig after) {
        Map<PublicKey, PeerConfig> known = new LinkedHashMap<>();
        before.peers().forEach(peer -> known.put(peer.publicKey(), peer));
        List<PeerConfig> added = new ArrayList<>();
        List<PeerConfig> changed = new ArrayList<>();
        for (PeerConfig peer : after.peers()) {
            PeerConfig old = known.remove(peer.publicKey());
            if (old == null) {
                added.add(peer);
            } else if (!same(old, peer)) {
                changed.add(peer);
            }
        }
        return new ConfigDifference(
                added, List.copyOf(known.keySet()), changed, atNextStart(before, after));
    }

    private static boolean same(PeerConfig one, PeerConfig other) {
        return one.withoutPresharedKey().equals(other.withoutPresharedKey())
                && same(one.presharedKey(), other.presharedKey());
    }

    private static boolean same(Optional<SecretKey> one, Optional<SecretKey> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() && other.isEmpty();
        }
        byte[] first = one.get().toBytes();
        byte[] second = other.get().toBytes();
        boolean equal = ConstantTime.equal(first, second);
        ConstantTime.wipe(first, second);
        return equal;
    }

    private static List<String> atNextStart(TaltunConfig before, TaltunConfig after) {
        List<String> lines = new ArrayList<>();
        if (!before.iface().publicKey().equals(after.iface().publicKey())) {
            lines.add(
                    "private_key: now that of %s, was that of %s"
                            .formatted(after.iface().publicKey(), before.iface().publicKey()));
        }
        Map<String, String> old = ConfigPrinter.nodeValues(before);
        Map<String, String> now = ConfigPrinter.nodeValues(after);
        Set<String> keys = new LinkedHashSet<>(now.keySet());
        keys.addAll(old.keySet());
        for (String key : keys) {
            String was = old.getOrDefault(key, "not given");
            String is = now.getOrDefault(key, "not given");
            if (!was.equals(is) && !CHANGE_AT_ONCE.contains(key)) {
                lines.add("%s: now %s, was %s".formatted(key, is, was));
            }
        }
        return lines;
    }
}
