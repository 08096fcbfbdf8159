package dev.taltun.config;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * This node: every value resolved, defaults filled in. Immutable, any thread.
 *
 * @param mode what the node does
 * @param tunName name of the TUN device, 1 to 15 bytes
 * @param local where to listen for datagrams
 * @param vips own virtual addresses, each with the length of its network ({@code 10.100.0.1/24});
 *     empty only in lighthouse mode
 * @param privateKey owned by whoever received the configuration
 * @param publicKey belongs to {@code privateKey}
 * @param mtu of the TUN device, 576 to 65535 bytes
 * @param routes networks to route to the TUN device, masked, without those the VIPs imply
 * @param cipher for peers that do not choose for themselves
 * @param crypto name of the AEAD provider to use; empty for the fastest
 * @param debug whether to log what is only of use to a developer
 * @param fwmark mark of the sent datagrams, unsigned; 0 for none, or the engine's choice where a
 *     default route leads into the tunnel
 * @param table routing table for such a default route, unsigned; 0 for the engine's choice
 * @param dns name servers of the machine while the tunnel is up
 * @param offloads which offloads may be used
 * @param workers packet threads per direction, 1 to 256; 0 for one per two CPUs, those in {@code
 *     cpus} if there are any, and 8 at most
 * @param cpus where to pin them, the directions in turn
 * @param advertise places at which other nodes may reach this one, for lighthouses to tell; each an
 *     address, never a name
 * @param warmUp whether to have the packet path compiled before load comes
 * @param keepaliveSeconds for peers that do not choose for themselves; 0 for off
 * @param relay whether packets from one peer to another are passed on
 * @param punchPorts ports to guess behind a NAT that shows another one to everybody, 0 to 512; 0
 *     for not to try
 */
public record InterfaceConfig(
        Mode mode,
        String tunName,
        ListenAddress local,
        List<IpPrefix> vips,
        SecretKey privateKey,
        PublicKey publicKey,
        int mtu,
        List<IpPrefix> routes,
        CipherChoice cipher,
        Optional<String> crypto,
        boolean debug,
        int fwmark,
        int table,
        DnsConfig dns,
        Offloads offloads,
        int workers,
        CpuList cpus,
        List<Endpoint> advertise,
        boolean warmUp,
        int keepaliveSeconds,
        boolean relay,
        int punchPorts) {
    public InterfaceConfig {
        vips = List.copyOf(vips);
        routes = List.copyOf(routes);
        advertise = List.copyOf(advertise);
    }

    InterfaceConfig withRoutes(List<IpPrefix> other) {
        return new InterfaceConfig(
                mode,
                tunName,
                local,
                vips,
                privateKey,
                publicKey,
                mtu,
                other,
                cipher,
                crypto,
                debug,
                fwmark,
                table,
                dns,
                offloads,
                workers,
                cpus,
                advertise,
                warmUp,
                keepaliveSeconds,
                relay,
                punchPorts);
    }
}
