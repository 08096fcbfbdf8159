package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From the names and keys in {@code relay_with} to peers, which takes all of them to be known.
 *
 * <p>The list binds both directions: packets pass between two peers only if neither one's list
 * leaves out the other. A limit of one direction would let packets through and no answer back.
 */
final class RelayLists {
    private final Problems problems;
    private final List<PeerDraft> peers;
    private final Map<String, List<PeerDraft>> byName = new HashMap<>();
    private final Map<PublicKey, PeerDraft> byKey = new HashMap<>();

    RelayLists(Problems problems, List<PeerDraft> peers) {
        this.problems = problems;
        this.peers = peers;
        for (PeerDraft peer : peers) {
            byName.computeIfAbsent(peer.config().name(), name -> new ArrayList<>()).add(peer);
            byKey.put(peer.config().publicKey(), peer);
        }
    }

    /**
     * The peers with their lists.
     *
     * @param relay whether anything is relayed at all
     */
    List<PeerConfig> resolve(boolean relay) {
        return peers.stream().map(peer -> resolve(peer, relay)).toList();
    }

    private PeerConfig resolve(PeerDraft peer, boolean relay) {
        List<RawValue> called = peer.relayWith();
        if (called == null) {
            return peer.config();
        }
        if (!relay && !called.isEmpty()) {
            problems.warning(
                    called.getFirst().source(),
                    "has no effect, because this node relays nothing",
                    "set relay = true in [interface], or leave it out");
        }
        List<PublicKey> keys = new ArrayList<>();
        for (RawValue text : called) {
            PeerDraft found = find(text);
            if (found == peer) {
                problems.error(
                        text.source(),
                        Shown.quoted(text.text()) + " is this peer itself",
                        "name the peers that it may reach");
            } else if (found != null && !keys.contains(found.config().publicKey())) {
                keys.add(found.config().publicKey());
            }
        }
        return peer.config().withRelayWith(keys);
    }

    private PeerDraft find(RawValue text) {
        List<PeerDraft> named = byName.getOrDefault(text.text(), List.of());
        if (named.size() > 1) {
            problems.error(
                    text.source(),
                    named.size() + " peers are called " + Shown.quoted(text.text()),
                    "give the public key of the one that is meant");
            return null;
        }
        PeerDraft found = named.isEmpty() ? byKey(text.text()) : named.getFirst();
        if (found == null) {
            problems.error(
                    text.source(),
                    "there is no peer " + Shown.quoted(text.text()),
                    byName.size() > 1
                            ? Suggestion.remedy(text.text(), byName.keySet())
                            : "name peers by name or public key");
        }
        return found;
    }

    private PeerDraft byKey(String text) {
        try {
            return byKey.get(PublicKey.parse(text));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
