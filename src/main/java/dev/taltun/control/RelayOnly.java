package dev.taltun.control;

import dev.taltun.protocol.ControlFrame;

/**
 * Tells a peer, through a lighthouse, that this side's user wants no direct path to it, so that it
 * need not look for one. Control agent's thread.
 */
final class RelayOnly {
    /** The peer's tries come in bursts, and one word is enough for each. */
    private final Allowance words = new Allowance(1_000_000_000L, 2);

    private final PathParts parts;
    private final RelayChoice relays;

    RelayOnly(PathParts parts, RelayChoice relays) {
        this.parts = parts;
        this.relays = relays;
    }

    void tell(long now) {
        LighthouseLink link = relays.current();
        if (link != null && words.take(now)) {
            link.passOn(parts.peer().publicKey(), ControlFrame.TYPE_RELAY_ONLY, 0, now);
        }
    }
}
