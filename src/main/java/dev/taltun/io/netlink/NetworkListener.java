package dev.taltun.io.netlink;

/** Told what changes in the machine's network. What the kernel repeats unchanged is told, too. */
public interface NetworkListener {
    /** An interface came or changed, or is gone. */
    void onLink(Link link, boolean gone);

    /** An address came or changed, or is gone. */
    void onAddress(LinkAddress address, boolean gone);

    /** A route came or changed, or is gone. Any table. */
    void onRoute(Route route, boolean gone);

    /** More happened than the kernel had room for: anything may be different. */
    void onLost();
}
