package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;

/** Where a peer is to be found at first, as configured. Immutable. */
public sealed interface EndpointSpec {
    /**
     * An address.
     *
     * @param endpoint its local address is left to the kernel
     */
    record Numeric(Endpoint endpoint) implements EndpointSpec {
        @Override
        public String toString() {
            return endpoint.toString();
        }
    }

    /**
     * A DNS name, which is resolved, and resolved again when the peer does not answer.
     *
     * @param port 1..65535
     */
    record Named(String host, int port) implements EndpointSpec {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
