package dev.taltun.engine;

/** Who configures an interface. */
public enum Management {
    /** The engine itself, as its configuration says; it goes on without a control socket. */
    CONFIGURATION,

    /**
     * wg(8) by the control socket, and ip(8): the engine only makes the interface, has no private
     * key until it is given one, and ends when its control socket's name is removed.
     */
    CONTROL_SOCKET
}
