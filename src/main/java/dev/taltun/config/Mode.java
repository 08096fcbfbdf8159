package dev.taltun.config;

/** What a node does in its network. Modes differ in defaults only, but for the lighthouse. */
public enum Mode {
    /** Waits for peers on a known port and relays between them. */
    SERVER("server"),
    /** Shakes hands at start with every peer that has an endpoint; relays nothing. */
    CLIENT("client"),
    /** Signals and relays without a TUN device and without privileges. */
    LIGHTHOUSE("lighthouse");

    private final String text;

    Mode(String text) {
        this.text = text;
    }

    /** The name in the configuration. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }
}
