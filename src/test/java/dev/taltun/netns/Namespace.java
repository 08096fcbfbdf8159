package dev.taltun.netns;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Fd;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** One network namespace of a {@link Lab}: a host of its own, as far as the network goes. */
public final class Namespace {
    private final Lab lab;
    private final String name;

    Namespace(Lab lab, String name) {
        this.lab = lab;
        this.name = name;
    }

    public String name() {
        return name;
    }

    public Lab lab() {
        return lab;
    }

    /** Runs a command in here that must succeed. */
    public Outcome run(String... command) {
        return Shell.require(inside(List.of(command)));
    }

    /** Runs a command in here whatever its exit code. */
    public Outcome attempt(Duration timeout, String... command) {
        return Shell.attempt(timeout, inside(List.of(command)));
    }

    /** Starts a command in here; the lab ends it at the latest. The pid is the command's own. */
    public Background start(List<String> command) {
        return lab.own(Background.start(inside(command)));
    }

    public Background start(String... command) {
        return start(List.of(command));
    }

    /**
     * Runs test code on a thread that lives in here. Sockets that it opens belong to this namespace
     * for ever, whoever uses them later.
     */
    public <T> T inside(Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name(name)
                .start(
                        () -> {
                            try {
                                enter();
                                result.complete(body.call());
                            } catch (Throwable t) {
                                result.completeExceptionally(t);
                            }
                        });
        return result.join();
    }

    /** Moves the calling thread in here, for good. */
    private void enter() {
        Libc libc = Libc.open();
        Fd file = new Fd(libc.open("/run/netns/" + name, Linux.O_CLOEXEC(), 0));
        int moved = libc.setns(file.number(), Linux.CLONE_NEWNET());
        file.close();
        if (moved < 0) {
            throw new AssertionError("entering " + name + ": " + Errno.words(-moved));
        }
    }

    /** {@code ip} replaces itself by the command, so signals reach the command. */
    private List<String> inside(List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", name));
        whole.addAll(command);
        return whole;
    }

    /** Gives addresses to a device and sets it up. IPv6 ones are usable at once. */
    public Namespace address(String device, String... cidrs) {
        for (String cidr : cidrs) {
            if (cidr.contains(":")) {
                Shell.run("ip", "-n", name, "addr", "add", cidr, "dev", device, "nodad");
            } else {
                Shell.run("ip", "-n", name, "addr", "add", cidr, "dev", device);
            }
        }
        Shell.run("ip", "-n", name, "link", "set", device, "up");
        return this;
    }

    public void removeAddress(String device, String cidr) {
        Shell.run("ip", "-n", name, "addr", "del", cidr, "dev", device);
    }

    public Namespace route(String prefix, String gateway) {
        Shell.run("ip", "-n", name, "route", "add", prefix, "via", gateway);
        return this;
    }

    /**
     * What {@code /etc/hosts} holds for the programs in here. Programs that already run see a later
     * call too, if there was a call before they started.
     */
    public void hosts(String content) {
        lay("hosts", content);
    }

    /**
     * What {@code /etc/resolv.conf} holds for the programs that are started in here from now on.
     */
    public void resolvConf(String content) {
        lay("resolv.conf", content);
    }

    /** What their /etc/resolv.conf holds now. */
    public String resolvConf() {
        try {
            return Files.readString(etc(name).resolve("resolv.conf"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void lay(String fileName, String content) {
        Path file = etc(name).resolve(fileName);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kernel parameter of this namespace, with dots or slashes. */
    public String sysctl(String key) {
        return run("sysctl", "-n", key).output().strip();
    }

    /** Policy rules of both families, and the routes of all tables but the kernel's local one. */
    public Set<String> policy() {
        Set<String> policy = new TreeSet<>();
        for (String family : List.of("-4", "-6")) {
            for (String what : List.of("rule", "route show table all")) {
                List<String> command = new ArrayList<>(List.of("ip", family));
                command.addAll(List.of(what.split(" ")));
                run(command.toArray(String[]::new))
                        .output()
                        .lines()
                        .map(line -> family + " " + line.strip().replaceAll("\\s+", " "))
                        .filter(line -> !line.contains(" table local "))
                        .forEach(policy::add);
            }
        }
        return policy;
    }

    /** Tables of nftables in here, as {@code nft} lists them. */
    public Set<String> firewallTables() {
        Set<String> tables = new TreeSet<>();
        run("nft", "list", "tables").output().lines().map(String::strip).forEach(tables::add);
        return tables;
    }

    /** The folder whose files ip(8) lays over /etc for the programs of a namespace. */
    static Path etc(String name) {
        return Path.of("/etc/netns", name);
    }

    /** Forwards IPv4 and hides whatever leaves through the device behind its address. */
    public void masquerade(String device) {
        run("sysctl", "-qw", "net.ipv4.ip_forward=1");
        run("nft", "add table ip nat");
        run("nft", "add chain ip nat post { type nat hook postrouting priority 100 ; }");
        run("nft", "add rule ip nat post oifname " + device + " masquerade");
    }

    /** Drops whatever comes in by a device, once packet sockets have seen it. */
    public void ignore(String device) {
        run("nft", "add table inet deaf");
        run("nft", "add chain inet deaf in { type filter hook prerouting priority raw ; }");
        run("nft", "add rule inet deaf in iifname " + device + " drop");
    }

    /** Names of the devices in here, loopback aside. */
    public Set<String> interfaces() {
        Set<String> names = new TreeSet<>();
        Shell.run("ip", "-n", name, "-brief", "link")
                .output()
                .lines()
                .map(line -> line.split("[@\\s]", 2)[0])
                .forEach(names::add);
        names.remove("lo");
        return names;
    }

    /** Routes of both families as {@code ip route} prints them, without the kernel's local ones. */
    public Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (String family : List.of("-4", "-6")) {
            Shell.run("ip", "-n", name, family, "route", "show", "table", "main")
                    .output()
                    .lines()
                    // The kernel notices a new link's carrier some time later.
                    .map(line -> line.replace(" linkdown", "").strip())
                    .filter(line -> !line.isEmpty())
                    .forEach(routes::add);
        }
        return routes;
    }

    /** UDP sockets in here, one line each. */
    public Set<String> udpSockets() {
        Set<String> sockets = new TreeSet<>();
        run("ss", "-Hlunp").output().lines().filter(line -> !line.isBlank()).forEach(sockets::add);
        return sockets;
    }

    @Override
    public String toString() {
        return name;
    }
}
