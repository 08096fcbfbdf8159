package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;
import dev.taltun.config.Mode;
import dev.taltun.io.tun.LinuxTunDevice;
import dev.taltun.io.tun.TunOptions;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.TunWriter;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * The TUN device of an engine; a lighthouse has none, and needs no privilege: what it would write
 * there is dropped.
 */
final class Tunnel implements AutoCloseable {
    private final String name;
    private final LinuxTunDevice device;

    private Tunnel(String name, LinuxTunDevice device) {
        this.name = name;
        this.device = device;
    }

    /**
     * @param inherited may have the device open already
     * @throws IOException with one line for the user
     */
    static Tunnel open(InterfaceConfig iface, int workers, Inherited inherited) throws IOException {
        if (iface.mode() == Mode.LIGHTHOUSE) {
            return new Tunnel(iface.tunName(), null);
        }
        TunOptions options =
                new TunOptions(
                        iface.tunName(),
                        workers,
                        iface.offloads().tunTso(),
                        iface.offloads().tunUso());
        LinuxTunDevice device =
                inherited.hasTun()
                        ? LinuxTunDevice.adopt(inherited.tun(), options)
                        : LinuxTunDevice.open(options);
        return new Tunnel(device.name(), device);
    }

    /** Whether there is one. */
    boolean exists() {
        return device != null;
    }

    /** As the kernel has it; without a device, as the configuration has it. */
    String name() {
        return name;
    }

    boolean tcpOffload() {
        return exists() && device.tcpOffload();
    }

    boolean udpOffload() {
        return exists() && device.udpOffload();
    }

    /** Only where {@link #exists}. */
    TunReader newReader(Arena arena, int queue) {
        return device.newReader(arena, queue);
    }

    /** Only where {@link #exists}. */
    int fd(int queue) {
        return device.fd(queue);
    }

    TunWriter newWriter(Arena arena, int queue) {
        return exists() ? device.newWriter(arena, queue) : (memory, offset, length) -> length;
    }

    @Override
    public void close() {
        if (exists()) {
            device.close();
        }
    }
}
