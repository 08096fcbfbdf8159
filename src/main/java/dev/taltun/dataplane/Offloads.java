package dev.taltun.dataplane;

import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Which offloads are in use, shared by all packet threads. Each can only be turned off while the
 * engine runs: kernels and network cards have bugs, and a refused offload must cost no packet
 * twice.
 */
public final class Offloads {
    /** Destinations that take no runs; of more, the earliest is tried again. */
    private static final int DESTINATIONS = 64;

    private volatile int maxSegments;

    /** Where a run was refused that its datagrams were not: the way there has a small MTU. */
    private volatile List<Endpoint> runless = List.of();

    private volatile boolean tunTcp;
    private volatile boolean tunUdp;
    private volatile String gsoRefusal;
    private volatile boolean tunTcpRefused;
    private volatile boolean tunUdpRefused;

    /**
     * @param gsoSegments most datagrams in one UDP GSO run, 1 = no GSO
     * @param tunTcp whether the TUN device takes TCP super-packets
     * @param tunUdp whether the TUN device takes UDP super-packets
     */
    public Offloads(int gsoSegments, boolean tunTcp, boolean tunUdp) {
        maxSegments = gsoSegments;
        this.tunTcp = tunTcp;
        this.tunUdp = tunUdp;
    }

    /** Whether an error number may be the fault of the offload rather than of the destination. */
    static boolean blames(int errno) {
        return errno == Errno.EIO
                || errno == Errno.EINVAL
                || errno == Errno.EMSGSIZE
                || errno == Errno.EOPNOTSUPP;
    }

    /**
     * Whether an error number may say that the local address is gone: EINVAL for IPv6 and older
     * kernels' IPv4, ENETUNREACH for newer ones' IPv4.
     */
    static boolean blamesSource(int errno) {
        return errno == Errno.EINVAL
                || errno == Errno.EADDRNOTAVAIL
                || errno == Errno.ENETUNREACH
                || errno == Errno.EHOSTUNREACH;
    }

    /** Most datagrams in one run now. */
    public int maxSegments() {
        return maxSegments;
    }

    /** Most datagrams in one run to there now; 1 where runs were refused. */
    int maxSegments(Endpoint to) {
        return runless.isEmpty() || takesRuns(to) ? maxSegments : 1;
    }

    private boolean takesRuns(Endpoint to) {
        List<Endpoint> refused = runless;
        for (int i = 0; i < refused.size(); i++) {
            if (refused.get(i).sameRemote(to)) {
                return false;
            }
        }
        return true;
    }

    /**
     * A run was refused, and its datagrams were not: EIO says that the device cannot, the others
     * that the way there does not take it. Seldom, so that it may lock and allocate.
     */
    synchronized void gsoRefused(Endpoint to, int errno) {
        if (errno == Errno.EIO || errno == Errno.EOPNOTSUPP) {
            // Before it is seen that they are off: why, and not why one peer got none before.
            gsoRefusal = maxSegments == 1 ? gsoRefusal : Errno.name(errno);
            maxSegments = 1;
        } else if (takesRuns(to)) {
            List<Endpoint> refused = new ArrayList<>(runless);
            if (refused.size() == DESTINATIONS) {
                refused.removeFirst();
            }
            refused.add(to);
            runless = List.copyOf(refused);
        }
        if (gsoRefusal == null) {
            gsoRefusal = Errno.name(errno);
        }
    }

    /**
     * Lets every destination be tried with runs again: routes and their MTUs change. Any thread.
     */
    public synchronized void retryRuns() {
        runless = List.of();
    }

    /** Name of the error with which a run was first refused, all runs if they were; or null. */
    public String gsoRefusal() {
        return gsoRefusal;
    }

    public boolean tunTcp() {
        return tunTcp;
    }

    public boolean tunUdp() {
        return tunUdp;
    }

    /** The TUN device refused a TCP or UDP super-packet. */
    void tunRefused(boolean tcp) {
        if (tcp) {
            tunTcp = false;
            tunTcpRefused = true;
        } else {
            tunUdp = false;
            tunUdpRefused = true;
        }
    }

    /** Whether the TUN device has refused a TCP super-packet. */
    public boolean tunTcpRefused() {
        return tunTcpRefused;
    }

    /** Whether the TUN device has refused a UDP super-packet. */
    public boolean tunUdpRefused() {
        return tunUdpRefused;
    }
}
