package dev.taltun.dataplane;

import dev.taltun.io.udp.Endpoint;

/** Tells a control port what a packet thread would. */
public final class RefusalTeller {
    private RefusalTeller() {}

    /** The kernel will not send to there. */
    public static void tell(ControlPort port, Endpoint place) {
        port.unsendable(place);
    }
}
