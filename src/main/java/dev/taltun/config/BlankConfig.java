package dev.taltun.config;

import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import java.util.List;
import java.util.Optional;

/** What an engine begins with that wg(8) and ip(8) are going to configure. */
public final class BlankConfig {
    /** Of wireguard-go and the kernel's WireGuard: leaves room for IPv6 outside. */
    private static final int MTU = 1420;

    private BlankConfig() {}

    /**
     * An interface without addresses, routes, peers and keys of its own, on any port. It relays
     * nothing: what goes from peer to peer passes the kernel, with its rules, as with WireGuard.
     *
     * @param tunName the interface's name
     * @return its private key is random, and only stands in for the one to come; the caller closes
     * @throws IllegalArgumentException with a one-line reason if that cannot be a name
     */
    public static TaltunConfig of(String tunName, boolean debug) {
        String name = InterfaceName.parse(tunName);
        SecretKey key = SecretKey.generate();
        InterfaceConfig iface =
                new InterfaceConfig(
                        Mode.SERVER,
                        name,
                        ListenAddress.any(0),
                        List.of(),
                        key,
                        X25519.publicKey(key),
                        MTU,
                        List.of(),
                        CipherChoice.AUTO,
                        Optional.empty(),
                        debug,
                        0,
                        0,
                        DnsConfig.NONE,
                        Offloads.AUTO,
                        0,
                        CpuList.NONE,
                        List.of(),
                        true,
                        0,
                        false,
                        0);
        return new TaltunConfig(iface, Optional.empty(), List.of());
    }
}
