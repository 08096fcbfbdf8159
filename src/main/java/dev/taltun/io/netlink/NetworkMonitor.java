package dev.taltun.io.netlink;

/** The changes of the machine's network as they happen. One thread. */
public interface NetworkMonitor extends AutoCloseable {
    /** The descriptor that can be read when there is something to {@link #take}. */
    int fd();

    /**
     * Tells what has changed since the last call, without waiting.
     *
     * @return whether there was anything
     */
    boolean take(NetworkListener listener);

    @Override
    void close();
}
