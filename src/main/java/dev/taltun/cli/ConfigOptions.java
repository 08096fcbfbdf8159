package dev.taltun.cli;

import dev.taltun.config.ConfigException;
import dev.taltun.config.ConfigLoader;
import dev.taltun.config.InterfaceKey;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.Overrides;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of {@code up} and {@code check}: the file, and a flag for everything in it. */
final class ConfigOptions {
    private static final String PEER = "--peer";

    /** What the help says about a flag: label of its value, then the text. */
    private record Help(String label, String text) {}

    private static final Map<InterfaceKey, Help> HELP =
            Map.ofEntries(
                    help(InterfaceKey.MODE, "MODE", "server, client or lighthouse"),
                    help(InterfaceKey.TUN_NAME, "NAME", "name of the interface"),
                    help(
                            InterfaceKey.LOCAL_ADDR,
                            "ADDRESS:PORT",
                            "where to listen; \":PORT\" for both families"),
                    help(
                            InterfaceKey.VIP,
                            "CIDR",
                            "own address inside the VPN; more by commas or repetition"),
                    help(InterfaceKey.PRIVATE_KEY_FILE, "FILE", "file with the private key"),
                    help(InterfaceKey.MTU, "BYTES", "of the interface, 576 to 65535"),
                    help(
                            InterfaceKey.ROUTES,
                            "CIDR",
                            "networks to route to the interface, instead of those of the peers"),
                    help(InterfaceKey.CIPHER, "SUITE", "auto, chacha20-poly1305 or aes-256-gcm"),
                    help(
                            InterfaceKey.CRYPTO,
                            "LIBRARY",
                            "auto, ipsec-mb, openssl, jdk or bouncycastle"),
                    help(InterfaceKey.DEBUG, "true|false", "log what helps a developer"),
                    help(
                            InterfaceKey.KEEPALIVE,
                            "SECONDS",
                            "silence before a heartbeat, for peers that do not say; 0 for none"),
                    help(
                            InterfaceKey.RELAY,
                            "true|false",
                            "pass packets from one peer to another; true but for clients"),
                    help(
                            InterfaceKey.ADVERTISE,
                            "ADDRESS:PORT",
                            "where other nodes may reach this one, for lighthouses to tell"),
                    help(InterfaceKey.FWMARK, "MARK", "mark of sent datagrams, like 0xca6c"),
                    help(
                            InterfaceKey.TABLE,
                            "NUMBER",
                            "routing table of a default route; 0 for a free one"),
                    help(InterfaceKey.DNS, "ADDRESS", "name servers while the tunnel is up"),
                    help(InterfaceKey.DNS_SEARCH, "DOMAIN", "domains for names without a dot"),
                    help(InterfaceKey.TUN_TSO, "auto|off", "TCP super-packets on the interface"),
                    help(InterfaceKey.TUN_USO, "auto|off", "UDP super-packets on the interface"),
                    help(InterfaceKey.UDP_GSO, "auto|off", "one send for many datagrams"),
                    help(InterfaceKey.UDP_GRO, "auto|off", "one receive for many datagrams"),
                    help(
                            InterfaceKey.WORKERS,
                            "N",
                            "packet threads per direction; 0: half the CPUs, 1 to 8"),
                    help(InterfaceKey.CPUS, "LIST", "CPUs to pin them to, like 0-3"),
                    help(
                            InterfaceKey.WARM_UP,
                            "true|false",
                            "compile the packet path before load comes"),
                    help(
                            InterfaceKey.PUNCH_PORTS,
                            "N",
                            "ports to guess behind a NAT that shows another one to everybody"));

    private ConfigOptions() {}

    private static Map.Entry<InterfaceKey, Help> help(InterfaceKey key, String label, String text) {
        return Map.entry(key, new Help(label, text));
    }

    static void addTo(CommandSpec spec) {
        spec.addOption(
                OptionSpec.builder("-c", ConfigFile.OPTION)
                        .paramLabel("FILE")
                        .type(String.class)
                        .description(
                                "configuration; ./config.toml, else /etc/taltun/config.toml, if"
                                        + " not given")
                        .build());
        ArgGroupSpec.Builder overrides =
                ArgGroupSpec.builder()
                        .validate(false)
                        .heading("%nInstead of what the file says (which is then not needed):%n");
        for (InterfaceKey key : InterfaceKey.values()) {
            Help help = HELP.get(key);
            if (help != null) {
                overrides.addArg(option(key, help));
            }
        }
        overrides.addArg(
                OptionSpec.builder(PEER)
                        .paramLabel("KEY,VIP[,ENDPOINT[,CIDR...]]")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description(
                                "adds a peer, or changes the one of the file with this key; may be"
                                        + " repeated")
                        .build());
        spec.addArgGroup(overrides.build());
    }

    private static OptionSpec option(InterfaceKey key, Help help) {
        OptionSpec.Builder option =
                OptionSpec.builder(key.flag()).paramLabel(help.label).description(help.text);
        switch (key) {
            case VIP, ROUTES, ADVERTISE, DNS, DNS_SEARCH ->
                    option.type(List.class).auxiliaryTypes(String.class);
            case DEBUG, RELAY, WARM_UP ->
                    option.type(String.class).arity("0..1").fallbackValue("true");
            default -> option.type(String.class);
        }
        return option.build();
    }

    private static Overrides overrides(ParseResult arguments) {
        Overrides overrides = new Overrides();
        for (InterfaceKey key : HELP.keySet()) {
            Object value = arguments.matchedOptionValue(key.flag(), null);
            if (value instanceof List<?> list) {
                overrides.set(key, String.join(",", list.stream().map(String::valueOf).toList()));
            } else {
                overrides.set(key, (String) value);
            }
        }
        List<String> peers = arguments.matchedOptionValue(PEER, List.of());
        peers.forEach(overrides::addPeer);
        return overrides;
    }

    /**
     * Loads what the arguments ask for.
     *
     * @throws ConfigException with one line per mistake
     */
    static LoadedConfig load(ParseResult arguments) throws ConfigException {
        return ConfigLoader.load(file(arguments), overrides(arguments));
    }

    private static Optional<Path> file(ParseResult arguments) throws ConfigException {
        String name = arguments.matchedOptionValue(ConfigFile.OPTION, null);
        return name == null ? ConfigLoader.findDefault() : Optional.of(ConfigFile.path(name));
    }
}
