package dev.taltun.config;

/** Which way packets to a peer may take, where lighthouses are used. */
public enum PathWish {
    /** Through a lighthouse until there is a direct path. */
    AUTO("auto"),
    /** Never through a lighthouse. */
    DIRECT("direct"),
    /** Always through a lighthouse. */
    RELAY("relay");

    private final String text;

    PathWish(String text) {
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
