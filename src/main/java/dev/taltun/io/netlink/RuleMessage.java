package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static dev.taltun.memory.Layouts.NATIVE_INT;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.ffi.linux.fib_rule_hdr;
import java.lang.foreign.MemorySegment;

/**
 * RTM_NEWRULE and its kin: fib_rule_hdr, then FRA_ attributes. Writes and reads them.
 *
 * <pre>
 *   0        1        2        3        4        5      7        8
 *   +--------+--------+--------+--------+--------+------+--------+----------------+------
 *   | family | dstlen | srclen |  tos   | table  | 0  0 | action | flags (4, 8..11)| FRA_
 *   +--------+--------+--------+--------+--------+------+--------+----------------+------
 * </pre>
 */
final class RuleMessage {
    private static final long FAMILY_OFFSET = fib_rule_hdr.family$offset();
    private static final long TABLE_OFFSET = fib_rule_hdr.table$offset();
    private static final long ACTION_OFFSET = fib_rule_hdr.action$offset();
    private static final long FLAGS_OFFSET = fib_rule_hdr.flags$offset();
    private static final long BYTES = fib_rule_hdr.sizeof();
    private static final int TABLE_LIMIT = 256; // of the header's byte; FRA_TABLE has 32 bits
    private static final int WHOLE_MARK = -1;

    private RuleMessage() {}

    /** Asks for all rules of both families. */
    static void writeList(Request request) {
        request.start(Linux.RTM_GETRULE(), Linux.NLM_F_DUMP(), BYTES);
    }

    static void writeAdd(Request request, Rule rule) {
        int flags = Linux.NLM_F_ACK() | Linux.NLM_F_CREATE() | Linux.NLM_F_EXCL();
        write(request, Linux.RTM_NEWRULE(), flags, rule);
    }

    static void writeDelete(Request request, Rule rule) {
        write(request, Linux.RTM_DELRULE(), Linux.NLM_F_ACK(), rule);
    }

    private static void write(Request request, int type, int flags, Rule rule) {
        MemorySegment header = request.start(type, flags, BYTES);
        int table = rule.table();
        boolean small = table >= 0 && table < TABLE_LIMIT;
        fib_rule_hdr.family(header, (byte) (rule.ipv6() ? Linux.AF_INET6() : Linux.AF_INET()));
        fib_rule_hdr.table(header, (byte) (small ? table : Linux.RT_TABLE_UNSPEC()));
        fib_rule_hdr.action(header, (byte) Linux.FR_ACT_TO_TBL());
        fib_rule_hdr.flags(header, rule.inverted() ? Linux.FIB_RULE_INVERT() : 0);
        request.putInt(Linux.FRA_TABLE(), table);
        request.putInt(Linux.FRA_PRIORITY(), rule.priority());
        if (rule.mark() != 0) {
            request.putInt(Linux.FRA_FWMARK(), rule.mark());
            request.putInt(Linux.FRA_FWMASK(), WHOLE_MARK);
        }
        if (rule.suppressPrefixLength() != Rule.NONE) {
            request.putInt(Linux.FRA_SUPPRESS_PREFIXLEN(), rule.suppressPrefixLength());
        }
        if (rule.protocol() != Linux.RTPROT_UNSPEC()) {
            request.putByte(Linux.FRA_PROTOCOL(), rule.protocol());
        }
    }

    /**
     * The rule of an RTM_NEWRULE body; null when truncated, or of another family or action than
     * this package knows.
     */
    static Rule parse(MemorySegment body) {
        if (body.byteSize() < BYTES) {
            return null;
        }
        int family = Byte.toUnsignedInt(body.get(BYTE, FAMILY_OFFSET));
        boolean ipv6 = family == Linux.AF_INET6();
        if ((!ipv6 && family != Linux.AF_INET())
                || body.get(BYTE, ACTION_OFFSET) != Linux.FR_ACT_TO_TBL()) {
            return null;
        }
        int table = Byte.toUnsignedInt(body.get(BYTE, TABLE_OFFSET));
        int priority = 0;
        int mark = 0;
        int suppress = Rule.NONE;
        int protocol = Linux.RTPROT_UNSPEC();
        Attributes attributes = new Attributes(body, BYTES);
        while (attributes.next()) {
            int type = attributes.type();
            if (type == Linux.FRA_TABLE()) {
                table = attributes.intOr(table);
            } else if (type == Linux.FRA_PRIORITY()) {
                priority = attributes.intOr(0);
            } else if (type == Linux.FRA_FWMARK()) {
                mark = attributes.intOr(0);
            } else if (type == Linux.FRA_SUPPRESS_PREFIXLEN()) {
                suppress = attributes.intOr(Rule.NONE);
            } else if (type == Linux.FRA_PROTOCOL() && attributes.value().byteSize() > 0) {
                protocol = Byte.toUnsignedInt(attributes.value().get(BYTE, 0));
            }
        }
        boolean inverted = (body.get(NATIVE_INT, FLAGS_OFFSET) & Linux.FIB_RULE_INVERT()) != 0;
        return new Rule(ipv6, priority, mark, inverted, table, suppress, protocol);
    }
}
