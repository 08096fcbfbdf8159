package dev.taltun.io;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Raw bytes to addresses, and addresses to the text a user would type (RFC 5952 for IPv6). */
public final class IpText {
    private static final int IPV6_GROUPS = 8;

    private IpText() {}

    /** The address that 4 or 16 bytes in network order are, or null for any other length. */
    public static InetAddress address(byte[] bytes) {
        try {
            return switch (bytes.length) {
                case 4 -> InetAddress.getByAddress(bytes);
                // InetAddress would turn ::ffff:1.2.3.4 into an IPv4 address.
                case 16 -> Inet6Address.getByAddress(null, bytes, -1);
                default -> null;
            };
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are always an address", e);
        }
    }

    /** "10.0.0.1/24" or "fd00::1/64". */
    public static String prefix(InetAddress address, int prefixLength) {
        return text(address) + "/" + prefixLength;
    }

    /** "10.0.0.1" or "fd00::1", without a zone. */
    public static String text(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        int[] groups = groups(address.getAddress());
        int zeros = longestZeroRun(groups);
        int zerosEnd = zeros + runLength(groups, zeros);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < IPV6_GROUPS; i++) {
            if (i == zeros) {
                text.append("::");
                i = zerosEnd - 1;
            } else {
                if (i > 0 && i != zerosEnd) {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    private static int[] groups(byte[] bytes) {
        int[] groups = new int[IPV6_GROUPS];
        for (int i = 0; i < IPV6_GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
        }
        return groups;
    }

    /** Where the first longest run of two or more zero groups starts, or 8 when there is none. */
    private static int longestZeroRun(int[] groups) {
        int best = IPV6_GROUPS;
        int bestLength = 1;
        for (int i = 0; i < IPV6_GROUPS; i++) {
            int length = runLength(groups, i);
            if (length > bestLength) {
                best = i;
                bestLength = length;
            }
        }
        return best;
    }

    private static int runLength(int[] groups, int start) {
        int end = start;
        while (end < IPV6_GROUPS && groups[end] == 0) {
            end++;
        }
        return end - start;
    }
}
