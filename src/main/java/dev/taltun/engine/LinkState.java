package dev.taltun.engine;

import dev.taltun.io.netlink.LinuxNetlink;
import dev.taltun.io.netlink.Netlink;
import java.io.IOException;

/**
 * Lets an interface that ip(8) configures be switched off and on with it, as WireGuard's: while it
 * is down there is neither a session nor a handshake. Belongs to one thread.
 */
final class LinkState {
    private final String tunName;
    private final LiveDevice device;

    LinkState(String tunName, LiveDevice device) {
        this.tunName = tunName;
        this.device = device;
    }

    /** Looks, and passes on what is different. As long as the kernel does not say, all stays. */
    void refresh() {
        try (Netlink netlink = LinuxNetlink.open()) {
            device.use(netlink.link(tunName).isUp());
        } catch (IOException e) {
            // The interface is gone: its readers notice, and the engine ends.
            return;
        }
    }
}
