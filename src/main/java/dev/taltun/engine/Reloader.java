package dev.taltun.engine;

import dev.taltun.config.ConfigDifference;
import dev.taltun.config.LoadedConfig;
import dev.taltun.config.PeerConfig;
import dev.taltun.config.TaltunConfig;
import dev.taltun.control.ControlCommands;
import dev.taltun.control.PeerSpec;
import dev.taltun.crypto.SecretKey;
import dev.taltun.host.HostSetup;
import dev.taltun.routing.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * Brings a running node to what a configuration that was read again says, without touching what is
 * the same in both: peers and kernel routes change, everything else is named and waits for the next
 * start.
 *
 * <p>Owns the preshared keys of the configuration that runs once it is not the first. One thread at
 * a time; never a packet thread.
 */
final class Reloader implements AutoCloseable {
    private final ControlCommands commands;
    private final PeerSpecs specs;
    private final HostSetup host;
    private final EngineLog log;
    private TaltunConfig running;

    /**
     * @param running what the node was started with; its keys stay the caller's
     */
    Reloader(
            TaltunConfig running,
            ControlCommands commands,
            PeerSpecs specs,
            HostSetup host,
            EngineLog log) {
        this.running = running;
        this.commands = commands;
        this.specs = specs;
        this.host = host;
        this.log = log;
    }

    /**
     * Changes what is different, and tells what it did.
     *
     * @param loaded its keys are taken over
     * @throws IllegalArgumentException with one line for the user, when nothing was changed
     */
    synchronized void reload(LoadedConfig loaded) throws InterruptedException {
        TaltunConfig next = loaded.config();
        try {
            ConfigDifference difference = ConfigDifference.between(running, next);
            List<PeerSpec> wanted = new ArrayList<>();
            difference.added().forEach(peer -> wanted.add(specs.of(peer)));
            difference.changed().forEach(peer -> wanted.add(specs.of(peer)));
            commands.reconfigure(wanted, difference.removed()).get();
            TaltunConfig before = running;
            running = running.withPeersAndRoutesOf(next);
            next.iface().privateKey().close();
            wipePresharedKeys(before);
            changeRoutes(before.iface().routes());
            difference
                    .atNextStart()
                    .forEach(line -> log.warn(line + "; takes effect at the next start"));
            log.info(
                    "reloaded %s: %s added, %d removed, %d changed"
                            .formatted(
                                    loaded.file().map(Object::toString).orElse("the flags"),
                                    peers(difference.added().size()),
                                    difference.removed().size(),
                                    difference.changed().size()));
        } catch (ExecutionException e) {
            next.close();
            throw new IllegalArgumentException(e.getCause().getMessage(), e);
        }
    }

    private static String peers(int count) {
        return count == 1 ? "1 peer" : count + " peers";
    }

    private void changeRoutes(List<IpPrefix> before) {
        Set<IpPrefix> gone = new HashSet<>(before);
        running.iface().routes().forEach(gone::remove);
        Set<IpPrefix> there = new HashSet<>(before);
        List<IpPrefix> fresh =
                running.iface().routes().stream().filter(route -> !there.contains(route)).toList();
        if (gone.isEmpty() && fresh.isEmpty()) {
            return;
        }
        try {
            InterfaceSetup.changeRoutes(running.iface().tunName(), gone, fresh, log::warn);
        } catch (IOException e) {
            log.warn("routes not changed: " + e.getMessage());
        }
        try {
            host.routesChanged(running.iface().routes());
        } catch (IOException e) {
            log.warn("not forwarded: " + e.getMessage());
        }
    }

    private static void wipePresharedKeys(TaltunConfig config) {
        for (PeerConfig peer : config.peers()) {
            peer.presharedKey().ifPresent(SecretKey::close);
        }
    }

    @Override
    public synchronized void close() {
        wipePresharedKeys(running);
    }
}
