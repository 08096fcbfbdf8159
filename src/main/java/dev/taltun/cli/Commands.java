package dev.taltun.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The commands by name, in the order of the help. None is made, nor its class loaded, unasked. */
final class Commands {
    /**
     * One row of the table.
     *
     * @param purpose a few words for the help
     * @param maker makes the command
     */
    record Entry(String purpose, Supplier<CliCommand> maker) {}

    private final Map<String, Entry> byName = new LinkedHashMap<>();

    Commands(EngineLauncher launcher, WgLauncher wgLauncher) {
        add(
                "up",
                "run the engine in the foreground (also if no command is given)",
                () -> new UpCommand(launcher));
        add("check", "validate a configuration and print what it resolves to", CheckCommand::new);
        add("status", "show running interfaces and their peers", StatusCommand::new);
        add("ping", "ask a peer for echoes, and say which way they came", PingCommand::new);
        add("netcheck", "show what NAT is in front of this node", NetcheckCommand::new);
        add(
                WgCommand.NAME,
                "make an interface for wg(8) and wg-quick(8), as wireguard-go does",
                () -> new WgCommand(wgLauncher));
        add("genkey", "print a new private key", () -> GenerateCommand.privateKey());
        add("pubkey", "read a private key and print the public key", PubkeyCommand::new);
        add("genpsk", "print a new preshared key", () -> GenerateCommand.presharedKey());
        add("crypto", "measure the libraries that can encrypt packets here", CryptoCommand::new);
        add("demo", "show two nodes in two namespaces of this machine", DemoCommand::new);
    }

    private void add(String name, String purpose, Supplier<CliCommand> maker) {
        byName.put(name, new Entry(purpose, maker));
    }

    Map<String, Entry> byName() {
        return byName;
    }
}
