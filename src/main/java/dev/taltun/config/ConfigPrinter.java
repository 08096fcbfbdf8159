package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows a resolved configuration as TOML, every default filled in and no secret in it. */
public final class ConfigPrinter {
    private final StringBuilder out = new StringBuilder();

    private ConfigPrinter() {}

    /** The text, ending in a line feed. Keys that are secret are only said to be there. */
    public static String print(TaltunConfig config) {
        ConfigPrinter printer = new ConfigPrinter();
        printer.iface(config.iface());
        config.gateway().ifPresent(printer::gateway);
        config.peers().forEach(printer::peer);
        return printer.out.toString();
    }

    /** The values that are not a peer's, by their keys, as {@link #print} shows them. */
    static Map<String, String> nodeValues(TaltunConfig config) {
        ConfigPrinter printer = new ConfigPrinter();
        printer.iface(config.iface());
        config.gateway().ifPresent(printer::gateway);
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : printer.out.toString().split("\n")) {
            int equals = line.indexOf(" = ");
            if (equals > 0 && !line.startsWith("#")) {
                values.put(line.substring(0, equals).strip(), line.substring(equals + 3));
            }
        }
        return values;
    }

    private void iface(InterfaceConfig iface) {
        out.append("[interface]\n");
        comment("private key hidden; public key " + iface.publicKey());
        text(InterfaceKey.MODE, iface.mode().text());
        text(InterfaceKey.TUN_NAME, iface.tunName());
        text(InterfaceKey.LOCAL_ADDR, iface.local().toString());
        texts(InterfaceKey.VIP, iface.vips());
        value(InterfaceKey.MTU, iface.mtu());
        texts(InterfaceKey.ROUTES, iface.routes());
        value(InterfaceKey.KEEPALIVE, iface.keepaliveSeconds());
        value(InterfaceKey.RELAY, iface.relay());
        texts(InterfaceKey.ADVERTISE, iface.advertise());
        text(InterfaceKey.CIPHER, iface.cipher().text());
        text(InterfaceKey.CRYPTO, iface.crypto().orElse("auto"));
        offload(InterfaceKey.TUN_TSO, iface.offloads().tunTso());
        offload(InterfaceKey.TUN_USO, iface.offloads().tunUso());
        offload(InterfaceKey.UDP_GSO, iface.offloads().udpGso());
        offload(InterfaceKey.UDP_GRO, iface.offloads().udpGro());
        value(InterfaceKey.WORKERS, iface.workers());
        if (!iface.cpus().isEmpty()) {
            text(InterfaceKey.CPUS, iface.cpus().toString());
        }
        value(InterfaceKey.WARM_UP, iface.warmUp());
        value(InterfaceKey.PUNCH_PORTS, iface.punchPorts());
        value(InterfaceKey.FWMARK, "0x" + Integer.toHexString(iface.fwmark()));
        value(InterfaceKey.TABLE, Integer.toUnsignedString(iface.table()));
        if (!iface.dns().servers().isEmpty()) {
            texts(InterfaceKey.DNS, iface.dns().servers());
            texts(InterfaceKey.DNS_SEARCH, iface.dns().search());
        }
        value(InterfaceKey.DEBUG, iface.debug());
    }

    private void gateway(GatewayConfig gateway) {
        out.append("\n[gateway]\n");
        value(GatewayKey.FORWARD, gateway.forward());
        texts(GatewayKey.MASQUERADE, gateway.masquerade());
        value(GatewayKey.MSS_CLAMP, gateway.mssClamp());
    }

    private void peer(PeerConfig peer) {
        out.append("\n[[peers]]\n");
        text(PeerKey.NAME, peer.name());
        text(PeerKey.PUBLIC_KEY, peer.publicKey().toBase64());
        if (peer.presharedKey().isPresent()) {
            comment("preshared key hidden");
        }
        texts(PeerKey.VIP, peer.vips());
        peer.endpoint().ifPresent(endpoint -> text(PeerKey.ENDPOINT, endpoint.toString()));
        texts(PeerKey.ALLOWED_IPS, peer.allowedIps());
        peer.relayWith()
                .ifPresent(
                        keys ->
                                texts(
                                        PeerKey.RELAY_WITH,
                                        keys.stream().map(PublicKey::toBase64).toList()));
        value(PeerKey.KEEPALIVE, peer.keepaliveSeconds());
        value(PeerKey.LIGHTHOUSE, peer.lighthouse());
        text(PeerKey.PATH, peer.path().text());
        text(PeerKey.CIPHER, peer.cipher().text());
    }

    private void comment(String text) {
        out.append("# ").append(text).append('\n');
    }

    private void offload(InterfaceKey key, boolean auto) {
        text(key, auto ? "auto" : "off");
    }

    private void text(SchemaKey key, String text) {
        value(key, quoted(text));
    }

    private void texts(SchemaKey key, List<?> values) {
        value(
                key,
                values.stream()
                        .map(value -> quoted(value.toString()))
                        .collect(Collectors.joining(", ", "[", "]")));
    }

    private void value(SchemaKey key, Object value) {
        out.append("%-13s = %s\n".formatted(key.text(), value));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
