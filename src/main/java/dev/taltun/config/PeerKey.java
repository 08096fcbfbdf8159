package dev.taltun.config;

/** The keys of a {@code [[peers]]} table. */
enum PeerKey implements SchemaKey {
    NAME(Kind.TEXT),
    PUBLIC_KEY(Kind.TEXT),
    PRESHARED_KEY(Kind.TEXT),
    VIP(Kind.TEXTS),
    ENDPOINT(Kind.TEXT),
    ALLOWED_IPS(Kind.TEXTS),
    RELAY_WITH(Kind.TEXTS),
    KEEPALIVE(Kind.NUMBER),
    LIGHTHOUSE(Kind.SWITCH),
    PATH(Kind.TEXT),
    CIPHER(Kind.TEXT);

    private final Kind kind;

    PeerKey(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
