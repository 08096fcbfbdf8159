package dev.taltun.config;

import java.util.List;

/**
 * A peer and where its parts were written.
 *
 * @param config typed and complete
 * @param keySource where its public key stands
 * @param vips its addresses with their places
 * @param allowed its networks with their places
 * @param relayWith the peers it may reach through this node, as they were called; null for all
 * @param pathSource where the wish for its path stands; null if nowhere
 */
record PeerDraft(
        PeerConfig config,
        Source keySource,
        List<PlacedPrefix> vips,
        List<PlacedPrefix> allowed,
        List<RawValue> relayWith,
        Source pathSource) {}
