package dev.taltun.io.netlink;

import dev.taltun.ffi.linux.Linux;
import java.net.InetAddress;

/**
 * An address of an interface.
 *
 * @param linkIndex {@link Link#index} of its interface
 * @param address the interface's own address
 * @param prefixLength bits, 0..32 or 0..128
 * @param scope RT_SCOPE_UNIVERSE, RT_SCOPE_LINK (fe80::) or RT_SCOPE_HOST (loopback)
 * @param flags IFA_F_PERMANENT, IFA_F_NODAD, IFA_F_TENTATIVE, ...
 */
public record LinkAddress(
        int linkIndex, InetAddress address, int prefixLength, int scope, int flags) {
    /** Whether packets can be sent from it: not tentative, not found to be a duplicate. */
    public boolean isUsable() {
        return (flags & (Linux.IFA_F_TENTATIVE() | Linux.IFA_F_DADFAILED())) == 0;
    }
}
