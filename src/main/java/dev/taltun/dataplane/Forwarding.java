package dev.taltun.dataplane;

import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What this node does with inner packets that are not for itself, and which addresses are its own.
 * Immutable but for what is published in its {@link NearNetworks}; any thread.
 */
public final class Forwarding {
    /** What becomes of a packet from one peer to another. */
    public enum BetweenPeers {
        /** The engine passes it on. */
        RELAY,
        /** It is dropped. */
        DROP,
        /**
         * It goes to TUN like every other packet, and what happens then is the kernel's business:
         * as WireGuard has it.
         */
        KERNEL
    }

    private static final int ALL_ONES = -1;

    /** In IPv4 networks this long there is no broadcast address (RFC 3021). */
    private static final int NO_BROADCAST_FROM = 31;

    private final BetweenPeers betweenPeers;

    /** Null when this node is no gateway. */
    private final NearNetworks near;

    private final int[] own4;
    private final int[] broadcast4;

    /** High and low halves, in turn. */
    private final long[] own6;

    private Forwarding(BetweenPeers betweenPeers, NearNetworks near, List<IpPrefix> vips) {
        this.betweenPeers = betweenPeers;
        this.near = near;
        own4 = vips.stream().filter(vip -> !vip.v6()).mapToInt(v -> v.address().asInt()).toArray();
        own6 =
                vips.stream()
                        .filter(IpPrefix::v6)
                        .map(IpPrefix::address)
                        .flatMapToLong(a -> LongStream.of(a.high(), a.low()))
                        .toArray();
        broadcast4 =
                vips.stream()
                        .filter(vip -> !vip.v6() && vip.length() < NO_BROADCAST_FROM)
                        .mapToInt(vip -> vip.address().asInt() | ALL_ONES >>> vip.length())
                        .toArray();
    }

    /**
     * @param relay whether packets from one peer to another are passed on; else they are dropped
     * @param gateway whether packets to neither this node nor a peer go to TUN, so that the kernel
     *     forwards them; else they are dropped
     * @param vips this node's own addresses, each with the length of its network
     */
    public static Forwarding of(boolean relay, boolean gateway, List<IpPrefix> vips) {
        return of(relay, gateway ? new NearNetworks() : null, vips);
    }

    /**
     * @param relay whether packets from one peer to another are passed on; else they are dropped
     * @param near what is reached beside the tunnel by a gateway, which hands packets for there,
     *     and for neither this node nor a peer, to TUN, so that the kernel forwards them; null
     *     where they are dropped
     * @param vips this node's own addresses, each with the length of its network
     */
    public static Forwarding of(boolean relay, NearNetworks near, List<IpPrefix> vips) {
        return new Forwarding(
                relay ? BetweenPeers.RELAY : BetweenPeers.DROP, near, List.copyOf(vips));
    }

    /** Every packet goes to TUN: for those who leave it all to the kernel. */
    public static Forwarding byKernel() {
        return new Forwarding(BetweenPeers.KERNEL, null, List.of());
    }

    BetweenPeers betweenPeers() {
        return betweenPeers;
    }

    /** Null when this node is no gateway. */
    NearNetworks near() {
        return near;
    }

    boolean isOwn4(int address) {
        for (int own : own4) {
            if (own == address) {
                return true;
            }
        }
        return false;
    }

    boolean isOwn6(long high, long low) {
        for (int i = 0; i < own6.length; i += 2) {
            if (own6[i] == high && own6[i + 1] == low) {
                return true;
            }
        }
        return false;
    }

    /** Whether an IPv4 address means everybody in a network of ours. */
    boolean isBroadcast4(int address) {
        for (int broadcast : broadcast4) {
            if (broadcast == address) {
                return true;
            }
        }
        return address == ALL_ONES;
    }

    boolean hasOwn4() {
        return own4.length > 0;
    }

    boolean hasOwn6() {
        return own6.length > 0;
    }

    /** The address that answers of this node come from; only with {@link #hasOwn4}. */
    int source4() {
        return own4[0];
    }

    /** First half of the address that answers come from; only with {@link #hasOwn6}. */
    long source6High() {
        return own6[0];
    }

    long source6Low() {
        return own6[1];
    }
}
