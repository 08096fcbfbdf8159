package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A change of one peer, as wg(8) asks for it: what is null stays as it is. Immutable.
 *
 * @param remove whether the peer is to go; then nothing else counts
 * @param ifNew what the peer begins with if it is not there yet; null to change it only if it is
 * @param presharedKey all zeros for none
 * @param keepaliveSeconds as in {@link PeerSpec}
 * @param initiates whether to shake hands unasked, from now on
 * @param replaceAllowedIps whether the peer first loses all it has
 * @param allowedIps what it then gets and loses, in this order
 */
public record PeerChange(
        PublicKey publicKey,
        boolean remove,
        PeerSpec ifNew,
        SecretKey presharedKey,
        EndpointSpec endpoint,
        Integer keepaliveSeconds,
        Boolean initiates,
        boolean replaceAllowedIps,
        List<AllowedIp> allowedIps) {
    /**
     * One line of the list of allowed IPs.
     *
     * @param remove whether the peer loses the prefix instead of getting it
     */
    public record AllowedIp(IpPrefix prefix, boolean remove) {}

    public PeerChange {
        allowedIps = List.copyOf(allowedIps);
    }

    /** Whether a peer comes of it if there is none; one with our own key would be ourselves. */
    boolean makes(PublicKey ourselves) {
        return ifNew != null && !publicKey.equals(ourselves);
    }

    boolean touchesAllowedIps() {
        return replaceAllowedIps || !allowedIps.isEmpty();
    }

    /** What the user wants of the peer after this change. */
    public PeerSpec appliedTo(PeerSpec before) {
        return new PeerSpec(
                before.name(),
                publicKey,
                presharedKey == null ? before.presharedKey() : presharedKeyOrNone(),
                endpoint == null ? before.endpoint() : endpoint,
                touchesAllowedIps() ? prefixes(before) : before.allowedIps(),
                keepaliveSeconds == null ? before.keepaliveSeconds() : keepaliveSeconds,
                initiates == null ? before.initiates() : initiates,
                before.suites(),
                before.relayWith(),
                before.lighthouse(),
                before.path());
    }

    private SecretKey presharedKeyOrNone() {
        return presharedKey.isZero() ? null : presharedKey;
    }

    private List<IpPrefix> prefixes(PeerSpec before) {
        Set<IpPrefix> prefixes =
                replaceAllowedIps
                        ? new LinkedHashSet<>()
                        : new LinkedHashSet<>(before.allowedIps());
        for (AllowedIp line : allowedIps) {
            IpPrefix prefix = line.prefix().masked();
            if (line.remove()) {
                prefixes.remove(prefix);
            } else {
                prefixes.add(prefix);
            }
        }
        return new ArrayList<>(prefixes);
    }
}
