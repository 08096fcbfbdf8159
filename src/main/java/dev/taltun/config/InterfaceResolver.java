package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.Optional;

/** From the {@code [interface]} table to typed values. Every default of this table stands here. */
final class InterfaceResolver {
    /** What WireGuard's own documentation uses. */
    private static final int PORT = 51820;

    private static final String TUN_NAME = "taltun0";

    /**
     * An Ethernet path of 1500 less IPv6 (40), UDP (8), message header (16), tag (16): as wg-quick.
     */
    private static final int MTU = 1420;

    /** Smallest that every IPv4 host must take (RFC 791), and the largest an IP length can say. */
    private static final int MTU_MIN = 576;

    private static final int MTU_MAX = 65535;

    /** An IPv6 packet, less its header (40), UDP's (8) and the tunnel's header and tag (32). */
    private static final int MTU_IN_DATAGRAM = MTU_MAX - 40 - 8 - 32;

    /** RFC 8200, section 5. */
    private static final int MTU_MIN_V6 = 1280;

    /** None of a lighthouse: its nodes register, and one that is gone, or lies, gets nothing. */
    private static final int KEEPALIVE_SECONDS = 10;

    static final int KEEPALIVE_MAX = 65535;
    private static final int WORKERS_MAX = 256;

    /**
     * Sockets and entries in the routers' tables; with 512 no attempt in a million fails (see
     * PortPredictor in dev.taltun.control), and small routers hold 2048 entries.
     */
    private static final int PUNCH_PORTS_MAX = 512;

    private static final long FWMARK_MAX = 0xffff_ffffL;

    /** RT_TABLE_DEFAULT, RT_TABLE_MAIN and RT_TABLE_LOCAL are 253 to 255. */
    private static final int TABLE_DEFAULT = 253;

    private static final int TABLE_LOCAL = 255;

    private static final String AUTO = "auto";
    private static final String[] SWITCH = {AUTO, "off"};
    private static final String[] PROVIDERS = {AUTO, "ipsec-mb", "openssl", "jdk", "bouncycastle"};

    private final RawTable table;
    private final Problems problems;
    private final ValueReader values;

    InterfaceResolver(RawTable table, Problems problems) {
        this.table = table;
        this.problems = problems;
        this.values = new ValueReader(table, problems);
    }

    /** What the table says; {@code routes} and keys are filled in by the caller. */
    InterfaceDraft resolve(PrivateKeyReader keys) {
        Mode mode = values.choice(InterfaceKey.MODE, Mode.values(), Mode.SERVER);
        List<PlacedPrefix> vips = vips(mode);
        SecretKey privateKey = keys.read(table);
        PublicKey publicKey = privateKey == null ? null : X25519.publicKey(privateKey);
        String provider = values.choice(InterfaceKey.CRYPTO, PROVIDERS, AUTO);
        InterfaceConfig config =
                new InterfaceConfig(
                        mode,
                        values.text(
                                InterfaceKey.TUN_NAME,
                                InterfaceName::parse,
                                "choose another",
                                TUN_NAME),
                        local(mode),
                        PlacedPrefix.prefixes(vips),
                        privateKey,
                        publicKey,
                        mtu(vips),
                        PlacedPrefix.prefixes(values.networks(InterfaceKey.ROUTES)),
                        values.choice(
                                InterfaceKey.CIPHER, CipherChoice.values(), CipherChoice.AUTO),
                        provider.equals(AUTO) ? Optional.empty() : Optional.of(provider),
                        values.isTrue(InterfaceKey.DEBUG),
                        fwmark(),
                        table(),
                        new DnsResolver(table, problems).resolve(mode),
                        offloads(),
                        workers(),
                        values.text(
                                InterfaceKey.CPUS,
                                CpuList::parse,
                                "write it like 0-3",
                                CpuList.NONE),
                        values.places(InterfaceKey.ADVERTISE),
                        values.isTrueOr(InterfaceKey.WARM_UP, true),
                        keepalive(
                                values,
                                InterfaceKey.KEEPALIVE,
                                mode == Mode.LIGHTHOUSE ? 0 : KEEPALIVE_SECONDS),
                        values.isTrueOr(InterfaceKey.RELAY, mode != Mode.CLIENT),
                        punchPorts());
        return new InterfaceDraft(
                config, table.header(), vips, table.get(InterfaceKey.ROUTES) != null);
    }

    static int keepalive(ValueReader values, SchemaKey key, int fallback) {
        String remedy = "give seconds of silence before a heartbeat, 0 for none";
        return (int) values.number(key, 0, KEEPALIVE_MAX, fallback, remedy);
    }

    private List<PlacedPrefix> vips(Mode mode) {
        RawValue value = table.get(InterfaceKey.VIP);
        boolean none = value != null && value.texts().isEmpty();
        if (mode != Mode.LIGHTHOUSE && (none || table.lacks(InterfaceKey.VIP))) {
            problems.error(
                    table.missing(InterfaceKey.VIP),
                    none ? "empty" : "missing",
                    "give this node's address inside the VPN, like 10.100.0.1/24");
        }
        return values.vips(InterfaceKey.VIP);
    }

    private ListenAddress local(Mode mode) {
        ListenAddress fallback = ListenAddress.any(mode == Mode.CLIENT ? 0 : PORT);
        return values.text(
                InterfaceKey.LOCAL_ADDR,
                ListenAddress::parse,
                "write it like 0.0.0.0:51820, or [::]:51820 for both families",
                fallback);
    }

    private int mtu(List<PlacedPrefix> vips) {
        int mtu =
                (int)
                        values.number(
                                InterfaceKey.MTU,
                                MTU_MIN,
                                MTU_MAX,
                                MTU,
                                "1420 fits any Ethernet path");
        if (mtu < MTU_MIN_V6 && vips.stream().anyMatch(vip -> vip.prefix().v6())) {
            problems.error(
                    table.get(InterfaceKey.MTU).source(),
                    mtu + " is too small for the IPv6 address in vip",
                    "IPv6 needs at least " + MTU_MIN_V6);
        }
        if (mtu > MTU_IN_DATAGRAM) {
            problems.warning(
                    table.get(InterfaceKey.MTU).source(),
                    mtu + " is more than fits into a UDP datagram",
                    "the interface gets " + MTU_IN_DATAGRAM);
            return MTU_IN_DATAGRAM;
        }
        return mtu;
    }

    private int fwmark() {
        return (int)
                values.number(
                        InterfaceKey.FWMARK,
                        0,
                        FWMARK_MAX,
                        0,
                        "it has 32 bits, like 0xca6c; 0 for none");
    }

    private int table() {
        String remedy = "it has 32 bits, like 51820; 0 for a free one";
        long number = values.number(InterfaceKey.TABLE, 0, FWMARK_MAX, 0, remedy);
        if (number >= TABLE_DEFAULT && number <= TABLE_LOCAL) {
            problems.error(
                    table.get(InterfaceKey.TABLE).source(),
                    number + " is a table of the kernel's own",
                    "choose another, like 51820; 0 for a free one");
        }
        return (int) number;
    }

    private int workers() {
        return (int)
                values.number(
                        InterfaceKey.WORKERS, 0, WORKERS_MAX, 0, "0 leaves it to the machine");
    }

    private int punchPorts() {
        String remedy = "256 is enough for 98 of 100 attempts, 0 makes none";
        return (int) values.number(InterfaceKey.PUNCH_PORTS, 0, PUNCH_PORTS_MAX, 0, remedy);
    }

    private Offloads offloads() {
        return new Offloads(
                offload(InterfaceKey.TUN_TSO),
                offload(InterfaceKey.TUN_USO),
                offload(InterfaceKey.UDP_GSO),
                offload(InterfaceKey.UDP_GRO));
    }

    private boolean offload(InterfaceKey key) {
        return values.choice(key, SWITCH, AUTO).equals(AUTO);
    }

    /** Networks of {@code wanted} that the VIPs' own networks do not cover already. */
    static List<IpPrefix> withoutOnLink(List<IpPrefix> wanted, List<IpPrefix> vips) {
        return wanted.stream()
                .distinct()
                .filter(
                        route ->
                                vips.stream()
                                        .noneMatch(vip -> !vip.isHost() && vip.contains(route)))
                .toList();
    }
}
