package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.netlink.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose addresses others are told of. */
class OutsideLinksTest {
    private static boolean isOutside(String name, String kind, int flags) {
        Link link = new Link(7, name, flags, 1500, 1000, kind);
        return OutsideLinks.isOne(link, "office") && !OutsideLinks.isTunnel(link);
    }

    @ParameterizedTest
    @CsvSource({
        "eth0, '', true",
        "enp3s0, '', true",
        "wlan0, '', true",
        "wlp2s0, '', true",
        "wwan0, '', true",
        "ppp0, ppp, true",
        "br-lan, bridge, true",
        "br-guest, bridge, true",
        "br0, bridge, true",
        "br-dead, bridge, true",
        "bond0, bond, true",
        "eth0.7, vlan, true",
        "veth1, veth, true",
        "br-0123456789ab, bridge, false",
        "br-4cafef00d123, bridge, false",
        "docker0, bridge, false",
        "docker_gwbridge, bridge, false",
        "virbr0, bridge, false",
        "wg0, wireguard, false",
        "wgmullvad, tun, false",
        "mullvad, wireguard, false",
        "tailscale0, tun, false",
        "nebula1, tun, false",
        "taltun1, tun, false",
        "anything, tun, false",
        "office, '', false",
    })
    void onlyWhatLeadsOutsideIsTold(String name, String kind, boolean outside) {
        assertEquals(outside, isOutside(name, kind, Linux.IFF_UP()));
    }

    @Test
    void theLoopbackIsNot() {
        assertFalse(isOutside("lo", "", Linux.IFF_UP() | Linux.IFF_LOOPBACK()));
    }
}
