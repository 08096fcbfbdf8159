package dev.taltun.engine;

import dev.taltun.io.tun.LinuxTunDevice;
import java.io.IOException;

/**
 * Open files that the program which started this one has left to it, each in place of one that the
 * engine would open itself; {@link #NONE} where there is none. The engine closes them.
 *
 * @param tun descriptor of a TUN device
 * @param controlSocket descriptor of a listening Unix socket
 */
public record Inherited(int tun, int controlSocket) {
    /** No such descriptor. */
    public static final int NONE = -1;

    /** The engine opens everything itself. */
    public static final Inherited NOTHING = new Inherited(NONE, NONE);

    boolean hasTun() {
        return tun != NONE;
    }

    boolean hasControlSocket() {
        return controlSocket != NONE;
    }

    /**
     * The inherited interface's name.
     *
     * @return {@code otherwise} if none was inherited
     * @throws IOException with one line for the user, when the descriptor is something else
     */
    public String tunName(String otherwise) throws IOException {
        return hasTun() ? LinuxTunDevice.nameOf(tun) : otherwise;
    }
}
