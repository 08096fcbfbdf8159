package dev.taltun.engine;

import dev.taltun.config.InterfaceConfig;

/** How many workers an engine has: each receives with one thread and transmits with another. */
final class Workers {
    /** By default no more: each takes a socket, a TUN queue, and a lane of every session's keys. */
    private static final int MOST_BY_DEFAULT = 8;

    private static final int THREADS = 2;

    private Workers() {}

    /** As the user wishes; else by the CPUs to pin to, or by those that this process may use. */
    static int of(InterfaceConfig iface, Inherited inherited) {
        int pinned = (int) iface.cpus().stream().count();
        int cpus = pinned > 0 ? pinned : Runtime.getRuntime().availableProcessors();
        // An inherited device is one open file, and thus one queue.
        int queues = inherited.hasTun() ? 1 : Integer.MAX_VALUE;
        return of(iface.workers(), cpus, queues);
    }

    /**
     * @param wanted by the user; 0 leaves it to the machine
     * @param queues that the TUN device has at most
     */
    static int of(int wanted, int cpus, int queues) {
        int byMachine = Math.clamp(cpus / THREADS, 1, MOST_BY_DEFAULT);
        return Math.min(wanted > 0 ? wanted : byMachine, queues);
    }
}
