package dev.taltun.control;

/** Which way packets to a peer may take. */
public enum PathChoice {
    /** A lighthouse passes them on until there is a direct path, and whenever that fails. */
    AUTO,
    /** Never through a lighthouse. */
    DIRECT,
    /** Always through a lighthouse. */
    RELAY
}
