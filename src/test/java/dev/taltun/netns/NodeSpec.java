package dev.taltun.netns;

import java.util.ArrayList;
import java.util.List;

/**
 * What a tunnel end is told, whichever program plays it.
 *
 * @param mode Taltun's mode; others have none
 * @param keys its own key pair
 * @param port UDP port it listens on
 * @param addresses its addresses inside the tunnel, with prefix length; the first is IPv4
 * @param peers whom it knows
 */
public record NodeSpec(String mode, Keys keys, int port, List<String> addresses, List<Peer> peers) {
    public NodeSpec {
        addresses = List.copyOf(addresses);
        peers = List.copyOf(peers);
    }

    /**
     * One peer.
     *
     * @param presharedKey base64, or empty
     * @param addresses its addresses inside the tunnel, without prefix length, and networks behind
     *     it, with one; the first is an IPv4 address
     * @param endpoint "address:port", or empty when it is to be learned
     */
    public record Peer(
            String publicKey, String presharedKey, List<String> addresses, String endpoint) {
        public Peer {
            addresses = List.copyOf(addresses);
        }

        /** What is routed to it; addresses as prefixes of one host each. */
        public List<String> prefixes() {
            List<String> prefixes = new ArrayList<>();
            for (String address : addresses) {
                String host = address.contains(":") ? "/128" : "/32";
                prefixes.add(address.contains("/") ? address : address + host);
            }
            return prefixes;
        }
    }
}
