package dev.taltun.io.netlink;

import dev.taltun.ffi.Errno;

/**
 * What was asked of the kernel, and with it what an error number means to the user: the same EEXIST
 * is an address, a route or an interface that is there already.
 */
enum Operation {
    OPEN,
    LIST,
    FIND_LINK,
    SET_MTU,
    SET_LINK,
    DELETE_LINK,
    ADD_ADDRESS,
    ADD_ADDRESS6,
    DELETE_ADDRESS,
    ADD_ROUTE,
    ADD_ROUTE6,
    DELETE_ROUTE,
    ADD_RULE,
    DELETE_RULE;

    private static final int KERNEL_TEXT_LIMIT = 160;

    /**
     * The exception for a refused request: "doing: what was wrong (kernel's words); remedy".
     *
     * @param doing such as "setting 10.0.0.1/24 on taltun0"
     */
    NetlinkException failed(String doing, Reply reply) {
        StringBuilder message = new StringBuilder(doing).append(": ");
        message.append(problem(reply.errno()));
        String kernel = oneLine(reply.kernelText());
        if (!kernel.isEmpty()) {
            message.append(" (kernel: ").append(kernel).append(')');
        }
        return new NetlinkException(
                message.append("; ").append(remedy(reply.errno())).toString(), reply.errno());
    }

    private String problem(int errno) {
        return switch (errno) {
            case Errno.EEXIST -> existing() + " exists already";
            case Errno.ENODEV -> "no such interface";
            case Errno.ENOENT -> this == DELETE_RULE ? "no such rule" : Errno.words(errno);
            case Errno.ESRCH -> this == DELETE_ROUTE ? "no such route" : Errno.words(errno);
            case Errno.EADDRNOTAVAIL ->
                    this == DELETE_ADDRESS ? "no such address" : Errno.words(errno);
            case Errno.EACCES ->
                    isIpv6() ? "IPv6 is disabled on the interface" : Errno.words(errno);
            case Errno.EAGAIN -> "the kernel did not answer";
            default -> Errno.words(errno);
        };
    }

    private String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "run as root or give CAP_NET_ADMIN";
            case Errno.EACCES -> isIpv6() ? enableIpv6() : "run as root or give CAP_NET_ADMIN";
            case Errno.ENODEV -> "check its name with 'ip link'";
            case Errno.EEXIST ->
                    switch (existing()) {
                        case "address" -> "remove it with 'ip address del' or choose another one";
                        case "rule" -> "remove it with 'ip rule del'";
                        default -> "remove it with 'ip route del' or leave it out of routes";
                    };
            case Errno.ENOENT -> "compare with 'ip rule'";
            case Errno.ESRCH -> "compare with 'ip route show table all'";
            case Errno.EADDRNOTAVAIL ->
                    this == DELETE_ADDRESS ? "compare with 'ip address'" : enableIpv6();
            case Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP, Errno.EPROTONOSUPPORT -> unsupported();
            case Errno.EINVAL, Errno.ERANGE -> invalid();
            case Errno.ENETUNREACH, Errno.EHOSTUNREACH ->
                    "the gateway must lie in a network the interface has an address of";
            case Errno.ENETDOWN -> "bring the interface up first";
            case Errno.ENOBUFS, Errno.ENOMEM, Errno.ENOSPC ->
                    "the kernel is out of memory or at a limit, see 'dmesg'";
            case Errno.EBUSY -> "another program holds it; stop that one";
            case Errno.EMFILE -> "raise the limit of open files (ulimit -n)";
            default -> "see 'dmesg' for the kernel's reason";
        };
    }

    private String invalid() {
        return switch (this) {
            case SET_MTU -> "use an MTU of 576 to 65535";
            case ADD_ADDRESS -> "check the address and its prefix length";
            case ADD_ADDRESS6 ->
                    "check the address and its prefix length; IPv6 needs an MTU of 1280 or more";
            case ADD_ROUTE, ADD_ROUTE6, DELETE_ROUTE ->
                    "the prefix must have no bits set behind its length, and a gateway must be"
                            + " reachable through the interface";
            case FIND_LINK -> "an interface name has 1 to 15 characters, no space and no slash";
            default -> "the kernel may be too old for this";
        };
    }

    private String unsupported() {
        return switch (this) {
            case OPEN -> "the kernel or sandbox must allow AF_NETLINK sockets";
            case ADD_ADDRESS6, ADD_ROUTE6 -> enableIpv6();
            case ADD_RULE, DELETE_RULE ->
                    "the kernel must have policy routing (CONFIG_IP_MULTIPLE_TABLES)";
            default -> "the kernel or this kind of interface cannot do this";
        };
    }

    private static String enableIpv6() {
        return "set sysctl net.ipv6.conf.*.disable_ipv6 to 0 (and boot without ipv6.disable=1), or"
                + " leave IPv6 out";
    }

    private String existing() {
        return switch (this) {
            case ADD_ADDRESS, ADD_ADDRESS6 -> "address";
            case ADD_RULE -> "rule";
            default -> "route";
        };
    }

    private boolean isIpv6() {
        return this == ADD_ADDRESS6 || this == ADD_ROUTE6;
    }

    private static String oneLine(String kernelText) {
        String text = kernelText.replaceAll("\\p{Cntrl}+", " ").strip();
        if (text.endsWith(".")) {
            text = text.substring(0, text.length() - 1).strip();
        }
        return text.length() <= KERNEL_TEXT_LIMIT ? text : text.substring(0, KERNEL_TEXT_LIMIT);
    }
}
