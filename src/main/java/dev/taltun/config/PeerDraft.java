package dev.taltun.config;

import java.util.List;

/**
 * A peer and where its parts were written.
 *
 * @param config typed and complete
 * @param keySource where its public key stands
 * @param vips its addresses with their places
 * @param allowed its networks with their places
 */
record PeerDraft(
        PeerConfig config, Source keySource, List<PlacedPrefix> vips, List<PlacedPrefix> allowed) {}
