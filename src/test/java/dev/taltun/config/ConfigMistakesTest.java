package dev.taltun.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake a user can make in a file, and the exact words about it. */
class ConfigMistakesTest {
    /** A good interface, for mistakes in peers. */
    private static final String IFACE =
            """
            [interface]
            private_key = "$OWN"
            vip = "10.100.0.1/24"
            """;

    @TempDir Path folder;

    private static Arguments file(String text, String... lines) {
        return Arguments.of(text, List.of(lines));
    }

    /** One wrong line as line 4 of an otherwise good interface. */
    private static Arguments iface(String line, String message) {
        return file(IFACE + line, "FILE:4:1: " + message);
    }

    /** One wrong line as line 7, in an otherwise good peer. */
    private static Arguments peer(String line, String message) {
        return file(
                IFACE + "[[peers]]\npublic_key = \"$A\"\nvip = \"10.100.0.2\"\n" + line,
                "FILE:7:1: " + message);
    }

    static Stream<Arguments> privateKeys() {
        String head = "[interface]\nvip = \"10.100.0.1/24\"\n";
        return Stream.of(
                file(
                        head,
                        "FILE:1:1: private_key: missing; run \"taltun genkey > private.key\" and"
                                + " set private_key_file = \"private.key\""),
                file(
                        head + "private_key = \"\"",
                        "FILE:3:1: private_key: the key is missing; make one with \"taltun"
                                + " genkey\""),
                file(
                        head + "private_key = \"abcd\"",
                        "FILE:3:1: private_key: the key is too short: 4 characters; a key has 44"
                                + " in base64 or 64 in hex"),
                file(
                        head + "private_key = \"$SECRET!\"",
                        "FILE:3:1: private_key: the key holds a character that is neither base64"
                                + " nor hex (character 44); make one with \"taltun genkey\""),
                file(
                        head + "private_key = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"",
                        "FILE:3:1: private_key: the key is all zeros; make one with \"taltun"
                                + " genkey\""),
                file(
                        head + "private_key = 12",
                        "FILE:3:1: private_key: must be text in quotes, not a number; write"
                                + " private_key = \"...\""),
                file(
                        head + "private_key = \"$OWN\"\nprivate_key_file = \"k\"",
                        "FILE:4:1: private_key_file: private_key is given too (line 3); keep one"
                                + " of them"),
                file(
                        head + "private_key_file = \"none.key\"",
                        "FILE:3:1: private_key_file: DIR/none.key: there is no such file; check"
                                + " the path"),
                file(
                        head + "private_key_file = \".\"",
                        "FILE:3:1: private_key_file: DIR/.: is a directory; name the file in it"),
                file(
                        head + "private_key_file = \"\"",
                        "FILE:3:1: private_key_file: is not a path; name the file with the"
                                + " private key"),
                file(
                        head + "private_key_file = \"$OWN\"",
                        "FILE:3:1: private_key_file: this is a key, not a file; write it as"
                                + " private_key = \"...\""),
                file(
                        head + "private_key_file = \"config.toml\"",
                        "FILE:3:1: private_key_file: FILE: the key holds a character"
                                + " that is neither base64 nor hex (character 1); make one with"
                                + " \"taltun genkey\""));
    }

    static Stream<Arguments> interfaces() {
        return Stream.of(
                file(
                        "[interface]\nprivate_key = \"$OWN\"\n",
                        "FILE:1:1: vip: missing; give this node's address inside the VPN, like"
                                + " 10.100.0.1/24"),
                file(
                        "[interface]\nprivate_key = \"$OWN\"\nvip = []\n",
                        "FILE:1:1: vip: empty; give this node's address inside the VPN, like"
                                + " 10.100.0.1/24"),
                iface(
                        "mode = \"sever\"",
                        "mode: \"sever\" is not one of server, client, lighthouse; did you mean"
                                + " \"server\"?"),
                iface(
                        "mode = \"x\"",
                        "mode: \"x\" is not one of server, client, lighthouse; write one of"
                                + " them"),
                iface(
                        "tun_name = \"0123456789abcdef\"",
                        "tun_name: \"0123456789abcdef\": an interface's name has at most 15"
                                + " bytes; shorten it"),
                iface(
                        "tun_name = \"a/b\"",
                        "tun_name: \"a/b\": an interface's name has no white space, \"/\", \":\""
                                + " or \"%\"; use one like taltun0"),
                iface(
                        "tun_name = \"a b\"",
                        "tun_name: \"a b\": an interface's name has no white space, \"/\", \":\""
                                + " or \"%\"; use one like taltun0"),
                iface(
                        "tun_name = \"..\"",
                        "tun_name: \"..\": not the name of an interface; use one like taltun0"),
                iface(
                        "local_addr = \"0.0.0.0\"",
                        "local_addr: \"0.0.0.0\": the port is missing; write host:51820"),
                iface(
                        "local_addr = \"0.0.0.0:65536\"",
                        "local_addr: \"0.0.0.0:65536\": the port is not a number from 0 to"
                                + " 65535; write it after the last \":\""),
                iface(
                        "local_addr = \"localhost:1\"",
                        "local_addr: \"localhost:1\": an IPv4 address has four numbers, like"
                                + " 10.100.0.1; use one of this machine's addresses, 0.0.0.0, or"
                                + " [::] for both families"),
                iface(
                        "local_addr = \":::1\"",
                        "local_addr: \":::1\": an IPv6 address needs brackets before a port;"
                                + " write [address]:port"));
    }

    static Stream<Arguments> interfaceNumbersAndChoices() {
        return Stream.of(
                iface(
                        "mtu = 575",
                        "mtu: 575 is not between 576 and 65535; 1420 fits any Ethernet path"),
                iface(
                        "mtu = 65536",
                        "mtu: 65536 is not between 576 and 65535; 1420 fits any Ethernet path"),
                iface("mtu = \"1420\"", "mtu: must be a whole number, not text; remove the quotes"),
                iface("mtu = 14.2", "mtu: must be a whole number, not a fraction; write mtu = 10"),
                iface(
                        "debug = 1",
                        "debug: must be true or false, not a number; write debug = true"),
                iface(
                        "keepalive = 65536",
                        "keepalive: 65536 is not between 0 and 65535; give seconds of silence"
                                + " before a heartbeat, 0 for none"),
                iface(
                        "routes = \"10.0.0.0/33\"",
                        "routes: \"10.0.0.0/33\": the part after \"/\" is a number from 0 to 32;"
                                + " write it like 192.168.50.0/24 or fd00:1::/48"),
                iface(
                        "cipher = \"aes\"",
                        "cipher: \"aes\" is not one of auto, chacha20-poly1305, aes-256-gcm;"
                                + " did you mean \"aes-256-gcm\"?"),
                iface(
                        "crypto = \"open-ssl\"",
                        "crypto: \"open-ssl\" is not one of auto, ipsec-mb, openssl, jdk,"
                                + " bouncycastle; did you mean \"openssl\"?"),
                iface(
                        "tun_tso = \"on\"",
                        "tun_tso: \"on\" is not one of auto, off; write one of them"),
                iface(
                        "udp_gro = true",
                        "udp_gro: must be text in quotes, not true or false; write udp_gro = \"...\""),
                iface(
                        "fwmark = -1",
                        "fwmark: -1 is not between 0 and 4294967295; it has 32 bits, like 0xca6c;"
                                + " 0 for none"),
                iface(
                        "workers = 257",
                        "workers: 257 is not between 0 and 256; 0 leaves it to the machine"),
                iface(
                        "punch_ports = 513",
                        "punch_ports: 513 is not between 0 and 512; 256 is enough for 98 of 100"
                                + " attempts, 0 makes none"),
                iface(
                        "cpus = \"0-x\"",
                        "cpus: \"0-x\": not a list of CPU numbers (0 to 1023); write it like 0-3"
                                + " or 0,2,4"),
                iface(
                        "cpus = \"3-0\"",
                        "cpus: \"3-0\": the range runs backwards; write the smaller CPU first, as"
                                + " in 0-3"));
    }

    static Stream<Arguments> addresses() {
        String head = "[interface]\nprivate_key = \"$OWN\"\n";
        return Stream.of(
                file(
                        head + "vip = \"10.100.0.1/33\"",
                        "FILE:3:1: vip: \"10.100.0.1/33\": the part after \"/\" is a number from"
                                + " 0 to 32; write it like 10.100.0.1/24 or fd00::1/64"),
                file(
                        head + "vip = [\"10.100.0.1/24\",\n    \"10.100.0.300\"]",
                        "FILE:4:5: vip: \"10.100.0.300\": a part of an IPv4 address is above 255;"
                                + " write it like 10.100.0.1/24 or fd00::1/64"),
                file(
                        head + "vip = [\"10.100.0.1/24\", 7]",
                        "FILE:3:25: vip: must be text in quotes, or a list of such, not a list of"
                                + " a number; put each element in quotes"),
                file(
                        head + "vip = \"10.100.0.0/24\"",
                        "FILE:3:1: vip: 10.100.0.0/24 is a network, not an address in it; write"
                                + " the node's own address; networks behind a peer belong in"
                                + " allowed_ips"),
                file(
                        head + "vip = \"224.0.0.1/24\"",
                        "FILE:3:1: vip: 224.0.0.1 is not the address of one node; write it like"
                                + " 10.100.0.1/24 or fd00::1/64"),
                file(
                        head + "vip = [\"10.100.0.1/24\", \"10.100.0.1/16\"]",
                        "FILE:3:25: vip: 10.100.0.1 is already the VIP of this node (line 3);"
                                + " give it to one of them only"),
                file(
                        head + "vip = \"fd00::1/64\"\nmtu = 1279",
                        "FILE:4:1: mtu: 1279 is too small for the IPv6 address in vip; IPv6 needs"
                                + " at least 1280"));
    }

    static Stream<Arguments> peers() {
        return Stream.of(
                file(
                        IFACE + "[[peers]]\nvip = \"10.100.0.2\"",
                        "FILE:4:1: public_key: missing; run \"taltun pubkey\" on the peer to see"
                                + " it"),
                file(
                        IFACE + "[[peers]]\npublic_key = \"$A\"",
                        "FILE:4:1: vip: missing; give the peer's address inside the VPN, like"
                                + " 10.100.0.3"),
                file(
                        IFACE + "[[peers]]\npublic_key = \"xyz\"\nvip = \"10.100.0.2\"",
                        "FILE:5:1: public_key: the key is too short: 3 characters; a key has 44"
                                + " in base64 or 64 in hex"),
                file(
                        IFACE + "[[peers]]\npublic_key = \"$OWNPUB\"\nvip = \"10.100.0.2\"",
                        "FILE:5:1: public_key: the peer's key is this node's own key; run"
                                + " \"taltun pubkey\" on the peer and use what it prints"),
                peer(
                        "preshared_key = \"$SECRET\"",
                        "preshared_key: the key is too short: 43 characters; a key has 44 in"
                                + " base64 or 64 in hex"),
                peer(
                        "endpoint = \"vpn.example.com\"",
                        "endpoint: \"vpn.example.com\": the port is missing; write host:51820"),
                peer(
                        "endpoint = \"vpn.example.com:0\"",
                        "endpoint: \"vpn.example.com:0\": port 0 cannot be sent to; use 1 to"
                                + " 65535"),
                peer(
                        "endpoint = \"300.1.1.1:51820\"",
                        "endpoint: \"300.1.1.1:51820\": a part of an IPv4 address is above 255;"
                                + " write address:port, [IPv6 address]:port or name:port"),
                peer(
                        "endpoint = \"0.0.0.0:51820\"",
                        "endpoint: \"0.0.0.0:51820\": 0.0.0.0 is not the address of one host; use"
                                + " the peer's own address"),
                peer(
                        "endpoint = \"2001:db8::1:51820\"",
                        "endpoint: \"2001:db8::1:51820\": an IPv6 address needs brackets before a"
                                + " port; write [address]:port"),
                peer(
                        "allowed_ips = \"192.168.50.0/x\"",
                        "allowed_ips: \"192.168.50.0/x\": the part after \"/\" is a number from 0"
                                + " to 32; write it like 192.168.50.0/24 or fd00:1::/48"),
                peer(
                        "keepalive = -1",
                        "keepalive: -1 is not between 0 and 65535; give seconds of silence before"
                                + " a heartbeat, 0 for none"),
                peer(
                        "name = \"\"",
                        "name: \"\": a peer's name has 1 to 64 characters; leave it out for none"));
    }

    static Stream<Arguments> conflicts() {
        String two = IFACE + "[[peers]]\nname = \"office\"\npublic_key = \"$A\"\n";
        return Stream.of(
                file(
                        two
                                + "vip = \"10.100.0.2\"\n[[peers]]\npublic_key = \"$A\"\nvip = \"10.100.0.3\"",
                        "FILE:9:1: public_key: the same key as in line 6; give each peer its own"
                                + " key, or make the two entries one"),
                file(
                        two
                                + "vip = \"10.100.0.2\"\n[[peers]]\npublic_key = \"$B\"\nvip = \"10.100.0.2/24\"",
                        "FILE:10:1: vip: 10.100.0.2 is already the VIP of peer \"office\" (line"
                                + " 7); give it to one of them only"),
                file(
                        two + "vip = \"10.100.0.1\"",
                        "FILE:7:1: vip: 10.100.0.1 is already the VIP of this node (line 3); give"
                                + " it to one of them only"),
                file(
                        two
                                + "allowed_ips = [\"192.168.50.0/24\"]\n[[peers]]\nname = \"office\"\n"
                                + "public_key = \"$B\"\nvip = \"10.100.0.3\"\n"
                                + "allowed_ips = \"192.168.50.7/24\"",
                        "FILE:12:1: allowed_ips: 192.168.50.0/24 is already routed to peer"
                                + " \"office\" (line 7); give it to one of them only"));
    }

    static Stream<Arguments> structure() {
        return Stream.of(
                iface("mut = 1400", "mut: unknown key; did you mean \"mtu\"?"),
                iface("Address = \"10.0.0.1\"", "Address: unknown key; did you mean \"vip\"?"),
                iface(
                        "ListenPort = 51820",
                        "ListenPort: unknown key; did you mean \"local_addr\"?"),
                iface(
                        "endpoint = \"a:1\"",
                        "endpoint: does not belong in [interface]; move it to [[peers]]"),
                iface(
                        "endpiont = \"a:1\"",
                        "endpiont: unknown key; did you mean \"endpoint\", which belongs in"
                                + " [[peers]]?"),
                iface(
                        "zzzzzzzz = 1",
                        "zzzzzzzz: unknown key; [interface] knows mode, tun_name, local_addr,"
                                + " vip, private_key, private_key_file, mtu, routes, cipher,"
                                + " crypto, debug, keepalive, relay, advertise, fwmark, table,"
                                + " dns, dns_search, tun_tso, tun_uso, udp_gso, udp_gro, workers, cpus, warm_up,"
                                + " punch_ports"),
                iface(
                        "\"$SECRET\" = 1",
                        "(hidden): unknown key; [interface] knows mode, tun_name,"
                                + " local_addr, vip, private_key, private_key_file, mtu, routes, cipher,"
                                + " crypto, debug, keepalive, relay, advertise, fwmark, table,"
                                + " dns, dns_search, tun_tso, tun_uso, udp_gso, udp_gro, workers, cpus, warm_up,"
                                + " punch_ports"),
                peer("mtu = 1400", "mtu: does not belong in [[peers]]; move it to [interface]"),
                peer(
                        "AllowedIPs = \"10.0.0.0/8\"",
                        "AllowedIPs: unknown key; did you mean \"allowed_ips\"?"),
                file(
                        "[interface]\nprivatekey = \"$SECRET\"\nvip = \"10.100.0.1\"",
                        "FILE:2:1: privatekey: unknown key; did you mean \"private_key\"?"),
                file(
                        "mtu = 3\n" + IFACE,
                        "FILE:1:1: mtu: stands before any table; put it under the line"
                                + " [interface]"),
                file(
                        "endpoint = \"a:1\"\n" + IFACE,
                        "FILE:1:1: endpoint: stands before any table; put it under a line"
                                + " [[peers]]"),
                file(
                        IFACE + "[peers]\npublic_key = \"$A\"",
                        "FILE:4:1: peers: written with single brackets; write [[peers]] for each"
                                + " peer"),
                file(
                        IFACE + "[[peer]]\npublic_key = \"$A\"",
                        "FILE:4:1: peer: unknown table; did you mean [[peers]]?"),
                file(
                        "[[interface]]\nvip = \"10.0.0.1\"",
                        "FILE:1:1: interface: written with double brackets; there is one: write"
                                + " [interface]"),
                file(
                        "[Interface]\nvip = \"10.0.0.1\"",
                        "FILE:1:1: Interface: unknown table; did you mean [interface]?"),
                file(
                        "# nothing\n",
                        "FILE: there is no [interface] table; begin the file with a line [interface]"),
                file(
                        " \n\t\n",
                        "FILE: the file is empty; write an [interface] table, see the examples in config/"));
    }

    static Stream<Arguments> syntax() {
        return Stream.of(
                file(
                        "[interface]\nmtu =\n",
                        "FILE:2:6: unexpected end of line, expected a value; write a value after \"=\", text in quotes"),
                file(
                        "[interface\n",
                        "FILE:1:11: unexpected end of line, expected ]; write one key = value a line, text in quotes"),
                file(
                        "[interface]\nprivate_key = $SECRET=\n",
                        "FILE:2:15: unexpected 'c', expected a value; write a value after \"=\","
                                + " text in quotes"),
                file(
                        "[interface]\nprivate_key = \"$SECRET\n",
                        "FILE:2:59: unexpected end of line, expected \" or a character; close the"
                                + " quotes on the same line"),
                file(
                        "[interface]\nprivate_key = 'a' $SECRET\n",
                        "FILE:2:19: unexpected text, expected a newline or end-of-input; write"
                                + " one key = value a line, text in quotes"),
                file(
                        "[interface]\nmtu: 3\n",
                        "FILE:2:4: unexpected ':', expected . or =; write key = value"),
                file(
                        "[interface]\nmtu = 3\nmtu = 4\n",
                        "FILE:3:1: mtu previously defined at line 2, column 1; keep one of them"));
    }

    static Stream<Arguments> several() {
        return Stream.of(
                file(
                        "[interface]\nvip = \"10.0.0\"\nmtu = 3\nprivate_key = \"x\"\n\n[[peers]]\nvop = \"10.0.0.2\"\n",
                        "FILE:2:1: vip: \"10.0.0\": an IPv4 address has four numbers, like"
                                + " 10.100.0.1; write it like 10.100.0.1/24 or fd00::1/64",
                        "FILE:3:1: mtu: 3 is not between 576 and 65535; 1420 fits any Ethernet path",
                        "FILE:4:1: private_key: the key is too short: 1 characters; a key has 44"
                                + " in base64 or 64 in hex",
                        "FILE:6:1: public_key: missing; run \"taltun pubkey\" on the peer to see"
                                + " it",
                        "FILE:7:1: vop: unknown key; did you mean \"vip\"?"));
    }

    @ParameterizedTest
    @MethodSource({
        "privateKeys",
        "interfaces",
        "interfaceNumbersAndChoices",
        "addresses",
        "peers",
        "conflicts",
        "structure",
        "syntax",
        "several"
    })
    void saysWhereWhatAndTheRemedy(String text, List<String> expected) {
        List<String> lines = Toml.mistakes(folder, text);
        assertEquals(String.join("\n", expected), String.join("\n", lines));
        for (String line : lines) {
            assertFalse(line.contains(Toml.SECRET_MARK), "shows a secret");
            assertFalse(line.contains(Toml.OWN), "shows a secret");
            assertFalse(line.contains("\n"));
        }
    }
}
