package dev.taltun.routing;

/**
 * Text of addresses: dotted decimal, and IPv6 as in RFC 4291 section 2.2 (read) and RFC 5952
 * (written).
 *
 * <p>Stricter than {@code inet_aton}: four decimal parts, no leading zeros (some programs read them
 * as octal), no zone ids. The reasons thrown name what is wrong, never the text itself.
 */
final class IpText {
    /** Longest text of an address: eight groups of four, or six and a dotted quad. */
    private static final int LENGTH_MAX = 45;

    private static final int GROUPS = 8;

    private IpText() {}

    static IpAddress parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("empty address");
        }
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException("too long for an IP address");
        }
        if (text.indexOf(':') < 0) {
            return IpAddress.v4(parseV4(text, 0));
        }
        if (text.indexOf('%') >= 0) {
            throw new IllegalArgumentException("zone ids (%interface) have no meaning here");
        }
        return parseV6(text);
    }

    /** Reads the dotted quad from {@code start} to the end. */
    private static int parseV4(String text, int start) {
        int address = 0;
        int at = start;
        for (int part = 0; part < Integer.BYTES; part++) {
            int end = part == Integer.BYTES - 1 ? text.length() : text.indexOf('.', at);
            if (end < 0) {
                throw notV4();
            }
            address = address << Byte.SIZE | octet(text, at, end);
            at = end + 1;
        }
        return address;
    }

    private static int octet(String text, int start, int end) {
        int digits = end - start;
        if (digits < 1) {
            throw notV4();
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = digit(text.charAt(i), 10);
            if (digit < 0) {
                throw notV4();
            }
            value = value * 10 + digit;
            if (value > 0xff) {
                throw new IllegalArgumentException("a part of an IPv4 address is above 255");
            }
        }
        if (digits > 1 && text.charAt(start) == '0') {
            throw new IllegalArgumentException("a part of an IPv4 address has a leading zero");
        }
        return value;
    }

    private static IllegalArgumentException notV4() {
        return new IllegalArgumentException("an IPv4 address has four numbers, like 10.100.0.1");
    }

    private static IpAddress parseV6(String text) {
        int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        } else if (text.charAt(0) == ':') {
            throw notV6();
        }
        while (at < text.length()) {
            int end = text.indexOf(':', at);
            boolean last = end < 0;
            if (last && text.indexOf('.', at) >= 0 && count <= GROUPS - 2) {
                int quad = parseV4(text, at);
                groups[count++] = quad >>> Short.SIZE;
                groups[count++] = quad & 0xffff;
                break;
            }
            if (count == GROUPS) {
                throw notV6();
            }
            groups[count++] = group(text, at, last ? text.length() : end);
            if (last) {
                break;
            }
            at = end + 1;
            if (at == text.length()) {
                throw notV6();
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    throw new IllegalArgumentException("an IPv6 address has at most one \"::\"");
                }
                gap = count;
                at++;
            }
        }
        return join(groups, count, gap);
    }

    private static IpAddress join(int[] groups, int count, int gap) {
        if (gap < 0 ? count != GROUPS : count >= GROUPS) {
            throw notV6();
        }
        long high = 0;
        long low = 0;
        int missing = GROUPS - count;
        for (int i = 0; i < GROUPS; i++) {
            int group;
            if (gap < 0 || i < gap) {
                group = groups[i];
            } else {
                group = i < gap + missing ? 0 : groups[i - missing];
            }
            high = high << Short.SIZE | low >>> (Long.SIZE - Short.SIZE);
            low = low << Short.SIZE | group;
        }
        return IpAddress.v6(high, low);
    }

    private static int group(String text, int start, int end) {
        if (end <= start || end - start > 4) {
            throw notV6();
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = digit(text.charAt(i), 16);
            if (digit < 0) {
                throw notV6();
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static IllegalArgumentException notV6() {
        return new IllegalArgumentException(
                "an IPv6 address has eight groups of up to four hex digits, like fd00::1");
    }

    /** ASCII only: Character.digit would also take digits of other scripts. */
    private static int digit(char c, int radix) {
        return c < 128 ? Character.digit(c, radix) : -1;
    }

    static String formatV4(int address) {
        return (address >>> 24)
                + "."
                + (address >>> 16 & 0xff)
                + "."
                + (address >>> 8 & 0xff)
                + "."
                + (address & 0xff);
    }

    static String formatV6(long high, long low) {
        if (high == 0 && low >>> 32 == 0xffff) {
            return "::ffff:" + formatV4((int) low);
        }
        int gapStart = -1;
        int gapLength = 1; // RFC 5952 4.2.2: a single zero group is not shortened.
        for (int i = 0; i < GROUPS; i++) {
            int run = i;
            while (run < GROUPS && groupAt(high, low, run) == 0) {
                run++;
            }
            if (run - i > gapLength) {
                gapStart = i;
                gapLength = run - i;
            }
        }
        StringBuilder text = new StringBuilder(LENGTH_MAX);
        for (int i = 0; i < GROUPS; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groupAt(high, low, i)));
        }
        return text.toString();
    }

    private static int groupAt(long high, long low, int group) {
        long word = group < GROUPS / 2 ? high : low;
        return (int) (word >>> (48 - Short.SIZE * (group & 3)) & 0xffff);
    }
}
