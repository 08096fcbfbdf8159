package dev.taltun.dataplane;

import dev.taltun.ffi.Errno;
import dev.taltun.io.udp.Endpoint;

/** What only packet threads note and ask, for tests of who looks at it. */
public final class TestOffloads {
    private TestOffloads() {}

    /** The way there takes no runs. */
    public static void refuseRuns(Offloads offloads, Endpoint to) {
        offloads.gsoRefused(to, Errno.EMSGSIZE);
    }

    /** The device takes no runs at all. */
    public static void refuseAllRuns(Offloads offloads, Endpoint to) {
        offloads.gsoRefused(to, Errno.EIO);
    }

    /** The TUN device takes no super-packets of TCP, or of UDP. */
    public static void refuseSuperPackets(Offloads offloads, boolean tcp) {
        offloads.tunRefused(tcp);
    }

    /** Whether runs go there now. */
    public static boolean sendsRuns(Offloads offloads, Endpoint to) {
        return offloads.maxSegments(to) > 1;
    }
}
