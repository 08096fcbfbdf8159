package dev.taltun.config;

/** The keys of the {@code [interface]} table, and the flags that override them. */
public enum InterfaceKey implements SchemaKey {
    MODE("mode", "--mode", Kind.TEXT),
    TUN_NAME("tun_name", "--tun", Kind.TEXT),
    LOCAL_ADDR("local_addr", "--local", Kind.TEXT),
    VIP("vip", "--vip", Kind.TEXTS),
    /** Has no flag: arguments can be read by every user of the machine. */
    PRIVATE_KEY("private_key", "--private-key-file", Kind.TEXT),
    PRIVATE_KEY_FILE("private_key_file", "--private-key-file", Kind.TEXT),
    MTU("mtu", "--mtu", Kind.NUMBER),
    ROUTES("routes", "--routes", Kind.TEXTS),
    CIPHER("cipher", "--cipher", Kind.TEXT),
    CRYPTO("crypto", "--crypto", Kind.TEXT),
    DEBUG("debug", "--debug", Kind.SWITCH),
    KEEPALIVE("keepalive", "--keepalive", Kind.NUMBER),
    RELAY("relay", "--relay", Kind.SWITCH),
    ADVERTISE("advertise", "--advertise", Kind.TEXTS),
    FWMARK("fwmark", "--fwmark", Kind.NUMBER),
    TABLE("table", "--table", Kind.NUMBER),
    DNS("dns", "--dns", Kind.TEXTS),
    DNS_SEARCH("dns_search", "--dns-search", Kind.TEXTS),
    TUN_TSO("tun_tso", "--tun-tso", Kind.TEXT),
    TUN_USO("tun_uso", "--tun-uso", Kind.TEXT),
    UDP_GSO("udp_gso", "--udp-gso", Kind.TEXT),
    UDP_GRO("udp_gro", "--udp-gro", Kind.TEXT),
    WORKERS("workers", "--workers", Kind.NUMBER),
    CPUS("cpus", "--cpus", Kind.TEXT),
    WARM_UP("warm_up", "--warm-up", Kind.SWITCH),
    PUNCH_PORTS("punch_ports", "--punch-ports", Kind.NUMBER);

    private final String text;
    private final String flag;
    private final Kind kind;

    InterfaceKey(String text, String flag, Kind kind) {
        this.text = text;
        this.flag = flag;
        this.kind = kind;
    }

    @Override
    public String text() {
        return text;
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
