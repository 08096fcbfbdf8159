package dev.taltun.dataplane;

import dev.taltun.protocol.IcmpMessage;

/** What a router tells the sender of a packet that it cannot pass on, in both families. */
enum IcmpError {
    TIME_EXCEEDED(IcmpMessage.TIME_EXCEEDED, 0, IcmpMessage.V6_TIME_EXCEEDED, 0),
    TOO_BIG(
            IcmpMessage.UNREACHABLE,
            IcmpMessage.FRAGMENTATION_NEEDED,
            IcmpMessage.V6_PACKET_TOO_BIG,
            0),
    NO_ROUTE(
            IcmpMessage.UNREACHABLE,
            IcmpMessage.NET,
            IcmpMessage.V6_UNREACHABLE,
            IcmpMessage.V6_NO_ROUTE),
    HOST_UNREACHABLE(
            IcmpMessage.UNREACHABLE,
            IcmpMessage.HOST,
            IcmpMessage.V6_UNREACHABLE,
            IcmpMessage.V6_ADDRESS),
    PROHIBITED(
            IcmpMessage.UNREACHABLE,
            IcmpMessage.PROHIBITED,
            IcmpMessage.V6_UNREACHABLE,
            IcmpMessage.V6_PROHIBITED);

    final int type4;
    final int code4;
    final int type6;
    final int code6;

    IcmpError(int type4, int code4, int type6, int code6) {
        this.type4 = type4;
        this.code4 = code4;
        this.type6 = type6;
        this.code6 = code6;
    }
}
