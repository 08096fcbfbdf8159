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
    private final int[] length4;
    private final int[] broadcast4;

    /** High and low halves, in turn. */
    private final long[] own6;

    private final int[] length6;

    private Forwarding(BetweenPeers betweenPeers, NearNetworks near, List<IpPrefix> vips) {
        this.betweenPeers = betweenPeers;
        this.near = near;
        own4 = vips.stream().filter(vip -> !vip.v6()).mapToInt(v -> v.address().asInt()).toArray();
        length4 = vips.stream().filter(vip -> !vip.v6()).mapToInt(IpPrefix::length).toArray();
        length6 = vips.stream().filter(IpPrefix::v6).mapToInt(IpPrefix::length).toArray();
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

    /** Length of the longest network of ours that holds this address, or -1. */
    int network4(int address) {
        int best = nearest4(address);
        return best < 0 ? -1 : length4[best];
    }

    /** Length of the longest network of ours that holds this address, or -1. */
    int network6(long high, long low) {
        int best = nearest6(high, low);
        return best < 0 ? -1 : length6[best];
    }

    /**
     * The address that an answer to this one comes from: of the same network, which its routes and
     * filters expect, or else the first; only with {@link #hasOwn4}.
     */
    int source4(int to) {
        return own4[Math.max(0, nearest4(to))];
    }

    /**
     * Which address an answer to this one comes from, as for {@link #source4}; only with {@link
     * #hasOwn6}.
     */
    int source6(long high, long low) {
        return Math.max(0, nearest6(high, low));
    }

    /** First half of an address that {@link #source6} chose. */
    long source6High(int choice) {
        return own6[2 * choice];
    }

    long source6Low(int choice) {
        return own6[2 * choice + 1];
    }

    private int nearest4(int address) {
        int best = -1;
        for (int i = 0; i < own4.length; i++) {
            boolean inside = Integer.numberOfLeadingZeros(own4[i] ^ address) >= length4[i];
            if (inside && (best < 0 || length4[i] > length4[best])) {
                best = i;
            }
        }
        return best;
    }

    private int nearest6(long high, long low) {
        int best = -1;
        for (int i = 0; i < length6.length; i++) {
            boolean inside = commonBits(own6[2 * i] ^ high, own6[2 * i + 1] ^ low) >= length6[i];
            if (inside && (best < 0 || length6[i] > length6[best])) {
                best = i;
            }
        }
        return best;
    }

    private static int commonBits(long differentHigh, long differentLow) {
        return differentHigh == 0
                ? Long.SIZE + Long.numberOfLeadingZeros(differentLow)
                : Long.numberOfLeadingZeros(differentHigh);
    }
}
