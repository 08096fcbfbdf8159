package dev.taltun.config;

/** The keys of a {@code [[peers]]} table. */
enum PeerKey implements SchemaKey {
    NAME("name", Kind.TEXT),
    PUBLIC_KEY("public_key", Kind.TEXT),
    PRESHARED_KEY("preshared_key", Kind.TEXT),
    VIP("vip", Kind.TEXTS),
    ENDPOINT("endpoint", Kind.TEXT),
    ALLOWED_IPS("allowed_ips", Kind.TEXTS),
    RELAY_WITH("relay_with", Kind.TEXTS),
    KEEPALIVE("keepalive", Kind.NUMBER),
    LIGHTHOUSE("lighthouse", Kind.SWITCH),
    PATH("path", Kind.TEXT),
    CIPHER("cipher", Kind.TEXT);

    private final String text;
    private final Kind kind;

    PeerKey(String text, Kind kind) {
        this.text = text;
        this.kind = kind;
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
