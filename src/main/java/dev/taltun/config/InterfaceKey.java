package dev.taltun.config;

/** The keys of the {@code [interface]} table, and the flags that override them. */
public enum InterfaceKey implements SchemaKey {
    MODE("--mode", Kind.TEXT),
    TUN_NAME("--tun", Kind.TEXT),
    LOCAL_ADDR("--local", Kind.TEXT),
    VIP("--vip", Kind.TEXTS),
    /** Has no flag: arguments can be read by every user of the machine. */
    PRIVATE_KEY("--private-key-file", Kind.TEXT),
    PRIVATE_KEY_FILE("--private-key-file", Kind.TEXT),
    MTU("--mtu", Kind.NUMBER),
    ROUTES("--routes", Kind.TEXTS),
    CIPHER("--cipher", Kind.TEXT),
    CRYPTO("--crypto", Kind.TEXT),
    DEBUG("--debug", Kind.SWITCH),
    KEEPALIVE("--keepalive", Kind.NUMBER),
    RELAY("--relay", Kind.SWITCH),
    ADVERTISE("--advertise", Kind.TEXTS),
    FWMARK("--fwmark", Kind.NUMBER),
    TABLE("--table", Kind.NUMBER),
    DNS("--dns", Kind.TEXTS),
    DNS_SEARCH("--dns-search", Kind.TEXTS),
    TUN_TSO("--tun-tso", Kind.TEXT),
    TUN_USO("--tun-uso", Kind.TEXT),
    UDP_GSO("--udp-gso", Kind.TEXT),
    UDP_GRO("--udp-gro", Kind.TEXT),
    WORKERS("--workers", Kind.NUMBER),
    CPUS("--cpus", Kind.TEXT),
    WARM_UP("--warm-up", Kind.SWITCH),
    PUNCH_PORTS("--punch-ports", Kind.NUMBER);

    private final String flag;
    private final Kind kind;

    InterfaceKey(String flag, Kind kind) {
        this.flag = flag;
        this.kind = kind;
    }

    /** The flag that gives the value on the command line. */
    public String flag() {
        return flag;
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
