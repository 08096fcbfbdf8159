package dev.taltun.testing;

import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PathChoice;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.SuiteChoice;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpPrefix;
import java.util.List;

/**
 * Says of a peer what a test is about; in all else it is the plainest there is: it waits to be
 * called, speaks WireGuard's own suite, and is no lighthouse.
 */
public final class PeerSpecBuilder {
    private final String name;
    private final PublicKey publicKey;
    private SecretKey psk;
    private EndpointSpec endpoint;
    private List<IpPrefix> allowedIps = List.of();
    private int keepaliveSeconds;
    private boolean initiates;
    private SuiteChoice suites = SuiteChoice.WIREGUARD;

    public PeerSpecBuilder(String name, PublicKey publicKey) {
        this.name = name;
        this.publicKey = publicKey;
    }

    public PeerSpecBuilder psk(SecretKey key) {
        psk = key;
        return this;
    }

    public PeerSpecBuilder endpoint(EndpointSpec at) {
        endpoint = at;
        return this;
    }

    public PeerSpecBuilder allows(List<IpPrefix> prefixes) {
        allowedIps = prefixes;
        return this;
    }

    public PeerSpecBuilder keepalive(int seconds) {
        keepaliveSeconds = seconds;
        return this;
    }

    public PeerSpecBuilder initiates(boolean unasked) {
        initiates = unasked;
        return this;
    }

    public PeerSpecBuilder suites(SuiteChoice choice) {
        suites = choice;
        return this;
    }

    public PeerSpec build() {
        return new PeerSpec(
                name,
                publicKey,
                psk,
                endpoint,
                allowedIps,
                keepaliveSeconds,
                initiates,
                suites,
                null,
                false,
                PathChoice.AUTO);
    }
}
