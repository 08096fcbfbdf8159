package dev.taltun.io.netlink;

import static dev.taltun.testing.NetworkNamespace.sh;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.testing.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the real kernel, in a namespace of its own, changed with iproute2. */
@Tag("namespace")
class LinuxNetworkMonitorTest implements NetworkListener {
    private final List<String> told = new ArrayList<>();

    @Override
    public void onLink(Link link, boolean gone) {
        told.add((gone ? "gone " : "") + "link " + link.name() + (link.isUp() ? " up" : " down"));
    }

    @Override
    public void onAddress(LinkAddress address, boolean gone) {
        told.add((gone ? "gone " : "") + "address " + address.address().getHostAddress());
    }

    @Override
    public void onRoute(Route route, boolean gone) {
        told.add(
                (gone ? "gone " : "")
                        + "route %s/%d"
                                .formatted(
                                        route.destination().getHostAddress(),
                                        route.prefixLength()));
    }

    @Override
    public void onLost() {
        told.add("lost");
    }

    private void assertTold(NetworkMonitor monitor, String change, String... expected)
            throws Exception {
        told.clear();
        sh(change);
        assertTrue(monitor.take(this));
        assertTrue(told.containsAll(List.of(expected)), () -> change + ": " + told);
        assertFalse(monitor.take(this));
    }

    @Test
    void tellsOfLinksAddressesAndRoutes() {
        NetworkNamespace.run(
                () -> {
                    sh("ip tuntap add mode tun name taltun0");
                    try (NetworkMonitor monitor = LinuxNetworkMonitor.open()) {
                        assertFalse(monitor.take(this), "of what was before");
                        assertTold(monitor, "ip link set taltun0 up", "link taltun0 up");
                        assertTold(
                                monitor,
                                "ip addr add 10.9.0.1/24 dev taltun0",
                                "address 10.9.0.1",
                                "route 10.9.0.0/24");
                        assertTold(
                                monitor,
                                "ip -6 addr add fd00::1/64 dev taltun0 nodad",
                                "address fd00:0:0:0:0:0:0:1");
                        assertTold(monitor, "ip route add default dev taltun0", "route 0.0.0.0/0");
                        assertTold(
                                monitor,
                                "ip -6 route add 2001:db8::/32 dev taltun0",
                                "route 2001:db8:0:0:0:0:0:0/32");
                        assertTold(monitor, "ip route del default", "gone route 0.0.0.0/0");
                        assertTold(
                                monitor,
                                "ip addr del 10.9.0.1/24 dev taltun0",
                                "gone address 10.9.0.1");
                        assertTold(monitor, "ip link set taltun0 down", "link taltun0 down");
                        assertTold(monitor, "ip link del taltun0", "gone link taltun0 down");
                    }
                });
    }

    @Test
    void tellsThatItMissedSomething() {
        NetworkNamespace.run(
                () -> {
                    try (NetworkMonitor monitor = LinuxNetworkMonitor.open()) {
                        sh("ip tuntap add mode tun name taltun0; ip link set taltun0 up");
                        sh(
                                "i=0; while [ $i -lt 4000 ]; do"
                                        + " echo route add 10.$((i/250)).$((i%250)).0/24 dev taltun0;"
                                        + " i=$((i+1)); done | ip -batch -");
                        while (monitor.take(this)) {
                            // All there is.
                        }
                        assertEquals(1, told.stream().filter("lost"::equals).count());
                    }
                });
    }
}
