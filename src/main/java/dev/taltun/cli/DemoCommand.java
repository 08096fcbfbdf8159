package dev.taltun.cli;

import dev.taltun.cli.DemoLab.DemoException;
import dev.taltun.cli.DemoLab.Program;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code taltun demo}: two nodes in two namespaces of this machine, a handshake, a ping and a
 * throughput figure, everything gone afterwards. As root it makes the namespaces itself; otherwise
 * it starts itself again in a user namespace, where the system allows that.
 */
final class DemoCommand implements CliCommand {
    private static final String LIGHTHOUSE = "--lighthouse";
    private static final String INSIDE = "taltun.demo.inside";
    private static final int START_SECONDS = 15;
    private static final int HOSTS = 2;
    private static final int PORT = 51820;
    private static final String SERVER_VIP = "10.100.0.1";
    private static final String CLIENT_VIP = "10.100.0.2";
    private static final Pattern HANDSHAKE = Pattern.compile("handshake with .* complete");
    private static final Pattern RECEIVED =
            Pattern.compile("([0-9.]+ [KMGT]?bits/sec)[^\\n]*receiver");

    /** CAP_NET_ADMIN for the devices, CAP_SYS_ADMIN for the namespaces: capabilities(7). */
    private static final long NEEDED = 1L << 12 | 1L << 21;

    private static final String DRAWING =
            """

                  host a                                          host b
              10.100.0.1 [taltun]                         [taltun] 10.100.0.2
                            |                                |
                       203.0.113.1 ====== UDP 51820 ====== 203.0.113.2
            """;

    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Two nodes in two namespaces of this machine: handshake, ping, throughput;"
                                + " everything is gone afterwards.");
        spec.addOption(
                OptionSpec.builder(LIGHTHOUSE)
                        .description(
                                "instead, two nodes behind a NAT each that find each other through"
                                        + " a lighthouse, lose their path and find another")
                        .build());
    }

    @Override
    public int run(ParseResult arguments, Console console) throws IOException {
        boolean lighthouse = arguments.hasMatchedOption(LIGHTHOUSE);
        String missing = missingTool(lighthouse);
        if (!missing.isEmpty()) {
            return fail(missing + " is not installed (make demo installs what it needs)");
        }
        if (!privileged()) {
            return again(lighthouse);
        }
        DemoLab lab = new DemoLab();
        Thread hook = new Thread(lab::close, "demo cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
        try (lab) {
            if (lighthouse) {
                new LighthouseDemo(lab, words -> taltun(List.of(), words)).show();
            } else {
                show(lab);
            }
        } catch (DemoException e) {
            return fail(e.getMessage());
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        System.out.println("All nodes ended; namespaces, devices and files are gone.");
        return 0;
    }

    private static int fail(String reason) {
        System.err.println("taltun demo: " + reason);
        return 1;
    }

    private static void show(DemoLab lab) throws IOException, DemoException {
        System.out.println("Two hosts with a cable between them, Taltun on each:");
        System.out.println(DRAWING);
        lab.build("203.0.113.1/24", "203.0.113.2/24");
        Program[] nodes = new Program[HOSTS];
        long started = startNodes(lab, nodes);
        String handshake = awaitHandshake(nodes);
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        System.out.println("Handshake " + took + " ms after host b started. It says:");
        System.out.println("  " + handshake);
        lab.run(1, "ping", "-n", "-c", "1", "-w", Integer.toString(START_SECONDS), SERVER_VIP);
        List<String> ping =
                lab.run(1, "ping", "-n", "-c", "10", "-i", "0.2", SERVER_VIP).lines().toList();
        System.out.println("Ten pings from b to " + SERVER_VIP + " through the tunnel:");
        ping.subList(ping.size() - 2, ping.size()).forEach(line -> System.out.println("  " + line));
        throughput(lab);
    }

    /** Starts host a, then host b, and returns when that was. */
    private static long startNodes(DemoLab lab, Program[] nodes) throws IOException, DemoException {
        try (SecretKey server = SecretKey.generate();
                SecretKey client = SecretKey.generate()) {
            Path serverFile =
                    lab.write(
                            "a.toml",
                            node("server", SERVER_VIP, server)
                                    + peer(CLIENT_VIP, X25519.publicKey(client)));
            Path clientFile =
                    lab.write(
                            "b.toml",
                            node("client", CLIENT_VIP, client)
                                    + peer(SERVER_VIP, X25519.publicKey(server))
                                    + "endpoint = \"203.0.113.1:51820\"\n");
            nodes[0] = lab.start(0, taltun(List.of(), "up", "-c", serverFile.toString()));
            awaitPort(nodes[0]);
            long now = System.nanoTime();
            nodes[1] = lab.start(1, taltun(List.of(), "up", "-c", clientFile.toString()));
            return now;
        }
    }

    /** The client's first message is lost, and the next comes seconds later, if nobody listens. */
    private static void awaitPort(Program server) throws DemoException {
        String port = ":%04X ".formatted(PORT);
        Path sockets = Path.of("/proc", Long.toString(server.process().pid()), "net", "udp");
        DemoLab.await(
                "starting host a",
                START_SECONDS,
                () -> {
                    try {
                        return !server.process().isAlive()
                                || Files.readString(sockets).contains(port);
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    private static String node(String mode, String vip, SecretKey key) {
        return """
        [interface]
        mode = "%s"
        tun_name = "taltun0"
        local_addr = "0.0.0.0:51820"
        vip = "%s/24"
        private_key = "%s"
        """
                .formatted(mode, vip, Base64.getEncoder().encodeToString(key.toBytes()));
    }

    private static String peer(String vip, PublicKey key) {
        return """
        [[peers]]
        public_key = "%s"
        vip = "%s"
        """
                .formatted(key.toBase64(), vip);
    }

    /** This very program, in a process of its own. */
    private static List<String> taltun(List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // As this one was started: the launcher's settings hold for the nodes too.
        List<String> own = ManagementFactory.getRuntimeMXBean().getInputArguments();
        command.addAll(own);
        if (own.stream().noneMatch(option -> option.startsWith("--enable-native-access"))) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The first line in which the client tells of a handshake. */
    private static String awaitHandshake(Program[] nodes) throws IOException, DemoException {
        DemoLab.await(
                "the handshake",
                START_SECONDS,
                () ->
                        handshake(nodes[1]).isPresent()
                                || Stream.of(nodes).anyMatch(node -> !node.process().isAlive()));
        for (Program node : nodes) {
            if (!node.process().isAlive()) {
                throw new DemoException("a node ended: " + node.output().strip());
            }
        }
        return handshake(nodes[1]).orElseThrow();
    }

    private static Optional<String> handshake(Program node) {
        try {
            return node.output().lines().filter(line -> HANDSHAKE.matcher(line).find()).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void throughput(DemoLab lab) throws IOException, DemoException {
        if (!DemoLab.installed("iperf3")) {
            System.out.println("iperf3 is not installed, so there is no throughput figure.");
            return;
        }
        Program server = lab.start(0, List.of("iperf3", "-s", "-1", "--forceflush"));
        DemoLab.await(
                "starting iperf3",
                START_SECONDS,
                () -> {
                    try {
                        return server.output().contains("listening");
                    } catch (IOException e) {
                        return false;
                    }
                });
        // The first two seconds, in which the JVM still compiles, do not count.
        String report = lab.run(1, "iperf3", "-c", SERVER_VIP, "-O", "2", "-t", "5");
        Matcher received = RECEIVED.matcher(report);
        if (!received.find()) {
            throw new DemoException("iperf3 gave no figure: " + report.strip());
        }
        System.out.println(
                "One TCP flow from b to a through the tunnel, both ends on this machine: "
                        + received.group(1));
    }

    private static String missingTool(boolean lighthouse) {
        return Stream.of("ip", "ping", "unshare", "nsenter", lighthouse ? "nft" : "ip")
                .filter(tool -> !DemoLab.installed(tool))
                .findFirst()
                .orElse("");
    }

    private static boolean privileged() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapEff:")) {
                long held = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
                return (held & NEEDED) == NEEDED;
            }
        }
        return false;
    }

    /** Starts the demo again as root of a user namespace of its own. */
    private static int again(boolean lighthouse) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare", "-Urnm"));
        if (Boolean.getBoolean(INSIDE) || !succeeds("unshare", "-Urnm", "true")) {
            return fail("this needs root, and user namespaces are not allowed here; use sudo");
        }
        // A private /run: what the nodes put there belongs to the demo alone.
        command.addAll(List.of("sh", "-c", "mount -t tmpfs none /run; exec \"$@\"", "demo"));
        String[] words = lighthouse ? new String[] {"demo", LIGHTHOUSE} : new String[] {"demo"};
        command.addAll(taltun(List.of("-D" + INSIDE + "=true"), words));
        return exitCode(new ProcessBuilder(command).inheritIO());
    }

    private static boolean succeeds(String... command) throws IOException {
        return exitCode(
                        new ProcessBuilder(command)
                                .redirectOutput(Redirect.DISCARD)
                                .redirectError(Redirect.DISCARD))
                == 0;
    }

    private static int exitCode(ProcessBuilder builder) throws IOException {
        try {
            return builder.start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
