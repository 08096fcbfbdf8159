package dev.taltun.config;

/** The keys of the {@code [gateway]} table. */
enum GatewayKey implements SchemaKey {
    FORWARD("forward", Kind.SWITCH),
    MASQUERADE("masquerade", Kind.TEXTS),
    MSS_CLAMP("mss_clamp", Kind.SWITCH);

    private final String text;
    private final Kind kind;

    GatewayKey(String text, Kind kind) {
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
