package dev.taltun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What nft(8) is given, letter by letter. */
class FirewallTest {
    @Test
    void aGatewaysTable() {
        Firewall firewall =
                new Firewall("taltun0").clampSegments().masquerade(List.of("eth0", "wlan0"));
        assertEquals(
                """
                add table inet taltun_taltun0
                delete table inet taltun_taltun0
                table inet taltun_taltun0 {
                	chain clamp {
                		type filter hook forward priority mangle; policy accept;
                		iifname "taltun0" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
                		oifname "taltun0" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu
                	}
                	chain postrouting {
                		type nat hook postrouting priority srcnat; policy accept;
                		iifname "taltun0" oifname { "eth0", "wlan0" } masquerade
                	}
                }
                """,
                firewall.script());
    }

    @Test
    void aFullTunnelsTable() {
        Firewall firewall =
                new Firewall("taltun0").markAnswers(51820).guard(List.of("10.77.0.1", "fd77::1"));
        assertEquals(
                """
                add table inet taltun_taltun0
                delete table inet taltun_taltun0
                table inet taltun_taltun0 {
                	chain sent {
                		type filter hook postrouting priority mangle; policy accept;
                		meta l4proto udp meta mark 0xca6c ct mark set meta mark
                	}
                	chain received {
                		type filter hook prerouting priority mangle; policy accept;
                		meta l4proto udp ct mark 0xca6c meta mark set ct mark
                	}
                	chain guard {
                		type filter hook prerouting priority raw; policy accept;
                		iifname != "taltun0" ip daddr 10.77.0.1 fib saddr type != local drop
                		iifname != "taltun0" ip6 daddr fd77::1 fib saddr type != local drop
                	}
                }
                """,
                firewall.script());
    }

    /** A mark is unsigned. */
    @Test
    void theHighestMark() {
        assertTrue(new Firewall("t").markAnswers(-1).script().contains("meta mark 0xffffffff ct"));
    }

    /** An interface may be called almost anything, and no two of them share a table. */
    @Test
    void aTablesNameHoldsNoStrangeCharacters() {
        assertEquals("taltun_wg_2d0", new Firewall("wg-0").table());
        assertEquals("taltun_a_2eb", new Firewall("a.b").table());
        assertEquals("taltun__c3_a9", new Firewall("é").table());
    }

    @Test
    void nothingIsLoadedForNothing() {
        assertTrue(new Firewall("taltun0").isEmpty());
    }
}
