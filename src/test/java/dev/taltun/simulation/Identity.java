package dev.taltun.simulation;

import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PathChoice;
import dev.taltun.control.PeerSpec;
import dev.taltun.control.SuiteChoice;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.routing.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Who a node is, in this and its next lives: name, number, keys, and where it is at first.
 *
 * @param suites what others make of cipher suites with it
 */
record Identity(
        String name,
        int number,
        SecretKey privateKey,
        PublicKey publicKey,
        Endpoint home,
        SuiteChoice suites) {
    static Identity of(
            String name, int number, byte[] privateKey, Endpoint home, SuiteChoice suites) {
        SecretKey key = SecretKey.copyOf(privateKey);
        return new Identity(name, number, key, X25519.publicKey(key), home, suites);
    }

    /** Its inner addresses. */
    List<IpPrefix> innerAddresses() {
        return List.of(
                IpPrefix.v4(InnerPacket.ipv4(number), 32),
                IpPrefix.v6(InnerPacket.ipv6High(), InnerPacket.ipv6Low(number), 128));
    }

    /** How another node knows this one: at home, silent until there is something to send. */
    Known known() {
        return new Known(this);
    }

    /** What one node is told of another. */
    static final class Known {
        private final Identity identity;
        private PublicKey publicKey;
        private EndpointSpec endpoint;
        private SecretKey psk;
        private SuiteChoice suites;
        private int keepalive;
        private boolean initiates;
        private boolean lighthouse;
        private Set<PublicKey> relayWith;
        private PathChoice path = PathChoice.AUTO;
        private final List<IpPrefix> allowed = new ArrayList<>();

        private Known(Identity identity) {
            this.identity = identity;
            publicKey = identity.publicKey();
            suites = identity.suites;
            endpoint = new EndpointSpec.Numeric(identity.home());
            allowed.addAll(identity.innerAddresses());
        }

        Known nowhere() {
            endpoint = null;
            return this;
        }

        Known named(String host) {
            endpoint = new EndpointSpec.Named(host, identity.home.port());
            return this;
        }

        Known at(Endpoint where) {
            endpoint = new EndpointSpec.Numeric(where);
            return this;
        }

        Known keepalive(int seconds) {
            keepalive = seconds;
            return this;
        }

        Known initiates() {
            initiates = true;
            return this;
        }

        Known lighthouse() {
            lighthouse = true;
            return initiates().keepalive(10);
        }

        Known path(PathChoice choice) {
            path = choice;
            return this;
        }

        Known relayWith(PublicKey... only) {
            relayWith = Set.of(only);
            return this;
        }

        Known psk(SecretKey key) {
            psk = key;
            return this;
        }

        Known suites(SuiteChoice choice) {
            suites = choice;
            return this;
        }

        Known publicKey(PublicKey key) {
            publicKey = key;
            return this;
        }

        Known allows(Identity behind) {
            allowed.addAll(behind.innerAddresses());
            return this;
        }

        PeerSpec spec() {
            return new PeerSpec(
                    identity.name,
                    publicKey,
                    psk,
                    endpoint,
                    allowed,
                    keepalive,
                    initiates,
                    suites,
                    relayWith,
                    lighthouse,
                    path);
        }
    }
}
