package dev.taltun.noise;

/** What became of an initiation that names a peer. */
public enum InitiationVerdict {
    /** It is the peer's, and new: respond. */
    ACCEPTED,
    /** The sender does not have the peer's private key, or the bytes were changed. */
    FORGED,
    /** Its timestamp is not later than that of the last one accepted. */
    REPLAYED,
    /** It comes less than 20 ms after the last one accepted. */
    FLOODED,
    /** It is for a session with a cipher suite that we do not want. */
    UNWANTED
}
