package dev.taltun.config;

/** The keys of the {@code [gateway]} table. */
enum GatewayKey implements SchemaKey {
    FORWARD(Kind.SWITCH),
    MASQUERADE(Kind.TEXTS),
    MSS_CLAMP(Kind.SWITCH);

    private final Kind kind;

    GatewayKey(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
