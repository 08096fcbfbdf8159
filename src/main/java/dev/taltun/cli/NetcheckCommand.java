package dev.taltun.cli;

import dev.taltun.api.InterfaceReport;
import dev.taltun.api.StatusClient;
import dev.taltun.config.ConfigException;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.PeerConfig;
import dev.taltun.config.Shown;
import dev.taltun.config.TaltunConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code taltun netcheck}: what stands between this node and the internet, as its lighthouses see
 * it. The running engine is asked, for only its own socket has the mappings that count.
 */
final class NetcheckCommand implements CliCommand {
    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Shows how the network in front of this node treats it: the address that"
                                + " each lighthouse sees, whether the NAT keeps one port for all"
                                + " destinations, IPv6, and how far the lighthouses are. Asks the"
                                + " running engine of this configuration; needs root.");
        ConfigOptions.addTo(spec);
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException, ConfigException {
        LoadedConfig loaded = ConfigOptions.load(arguments);
        String device;
        List<String> keys;
        try (TaltunConfig config = loaded.config()) {
            device = config.iface().tunName();
            keys =
                    config.peers().stream()
                            .filter(PeerConfig::lighthouse)
                            .map(peer -> peer.publicKey().toBase64())
                            .toList();
        }
        if (keys.isEmpty()) {
            console.complain(
                    "netcheck",
                    "the configuration has no lighthouse to ask; give a peer with an endpoint"
                            + " lighthouse = true");
            return ExitCode.USAGE;
        }
        InterfaceReport report =
                StatusClient.report(device)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "no engine answers for "
                                                        + Shown.quoted(device)
                                                        + "; start it: taltun up -c FILE"));
        NetworkView view =
                new NetworkView(
                        report.peers().stream()
                                .filter(peer -> keys.contains(peer.publicKey()))
                                .toList(),
                        report.listenPort(),
                        ownAddresses(device));
        view.lines().forEach(console.out()::println);
        console.out().flush();
        return view.anyAnswered() ? ExitCode.OK : ExitCode.FAILURE;
    }

    /** Addresses that datagrams can leave from: not the tunnel's own, nor those of one link. */
    private static List<InetAddress> ownAddresses(String tunnel) throws IOException {
        List<InetAddress> all = new ArrayList<>();
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            if (!device.isUp() || device.isLoopback() || device.getName().equals(tunnel)) {
                continue;
            }
            for (InterfaceAddress address : device.getInterfaceAddresses()) {
                if (!address.getAddress().isLinkLocalAddress()) {
                    all.add(address.getAddress());
                }
            }
        }
        return all;
    }
}
