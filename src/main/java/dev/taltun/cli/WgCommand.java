package dev.taltun.cli;

import dev.taltun.config.BlankConfig;
import dev.taltun.config.Shown;
import dev.taltun.config.TaltunConfig;
import dev.taltun.engine.Inherited;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code taltun wg}: what wireguard-go is for wg-quick(8). Always in the foreground, for a JVM
 * cannot fork; the launcher puts it into the background and waits for it to be ready.
 */
final class WgCommand implements CliCommand {
    static final String NAME = "wg";

    /** Descriptor on which the launcher waits for a line. */
    private static final String READY = "TALTUN_READY_FD";

    private static final String LOG_LEVEL = "LOG_LEVEL";
    private static final String TUN = "WG_TUN_FD";
    private static final String CONTROL_SOCKET = "WG_UAPI_FD";

    private final WgLauncher launcher;

    WgCommand(WgLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Makes an interface that wg(8), wg-quick(8) and ip(8) configure, and ends"
                                + " when the interface is deleted, its control socket is removed, or"
                                + " on SIGTERM. The launcher bin/taltun returns when it is ready;"
                                + " the jar itself stays in the foreground.")
                .footer(
                        "",
                        "  WG_QUICK_USERSPACE_IMPLEMENTATION=taltun-wg wg-quick up wg0",
                        "",
                        "LOG_LEVEL is verbose, error (default) or silent. WG_TUN_FD and WG_UAPI_FD"
                                + " are descriptors of",
                        "a TUN device and of a listening control socket that are open already;"
                                + " IFACE is then the device's.",
                        "WG_PROCESS_FOREGROUND=1 is as -f.");
        spec.addOption(
                OptionSpec.builder("-f", "--foreground")
                        .description("stays in the foreground")
                        .build());
        spec.addOption(OptionSpec.builder("--version").description("shows the version").build());
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("IFACE")
                        .arity("0..1")
                        .index("0")
                        .type(String.class)
                        .description("the interface to make")
                        .build());
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        if (arguments.hasMatchedOption("--version")) {
            console.out().println("taltun " + Main.version());
            console.out().flush();
            return ExitCode.OK;
        }
        String name = arguments.matchedPositionalValue(0, null);
        if (name == null) {
            console.complain(NAME, "IFACE is missing; see taltun wg --help");
            return ExitCode.USAGE;
        }
        String level = System.getenv(LOG_LEVEL);
        TaltunConfig config;
        Inherited inherited;
        try {
            inherited = new Inherited(descriptor(TUN), descriptor(CONTROL_SOCKET));
            config = BlankConfig.of(inherited.tunName(name), true);
        } catch (IllegalArgumentException e) {
            console.complain(NAME, e.getMessage());
            return ExitCode.USAGE;
        }
        LevelLog log = new LevelLog(new ConsoleLog(console, true), level);
        return launcher.run(config, inherited, log, () -> tellReady(console));
    }

    /** An open file that whoever started this program names in its environment. */
    private static int descriptor(String variable) {
        String text = System.getenv(variable);
        if (text == null || text.isEmpty()) {
            return Inherited.NONE;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    variable
                            + " is "
                            + Shown.quoted(text)
                            + ", not the number of an open file; correct or unset it");
        }
        return Integer.parseInt(text);
    }

    private static void tellReady(Console console) {
        String descriptor = System.getenv(READY);
        if (descriptor == null) {
            return;
        }
        try (FileOutputStream ready = new FileOutputStream("/proc/self/fd/" + descriptor)) {
            ready.write("ready\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            console.complain(NAME, "nobody waits at descriptor " + descriptor + " of " + READY);
        }
    }
}
