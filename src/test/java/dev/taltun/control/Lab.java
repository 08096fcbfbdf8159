package dev.taltun.control;

import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.crypto.X25519;
import dev.taltun.routing.IpPrefix;
import dev.taltun.testing.ManualClock;
import dev.taltun.testing.PeerSpecBuilder;
import dev.taltun.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Nodes on a wire, with a clock turned by hand: everything on the test's thread. */
final class Lab {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;
    static final long STEP = 10 * MILLI;

    final Random random;
    final ManualClock clock = new ManualClock();
    final Wire wire;
    final List<Node> nodes = new ArrayList<>();

    Lab() {
        random = Seed.random("lab");
        wire = new Wire(clock, new Random(random.nextLong()));
    }

    /** What one node knows of another, to be changed by a test. */
    static final class Spec {
        final int number;
        final PublicKey key;
        SecretKey psk;
        EndpointSpec endpoint;
        int keepalive;
        boolean initiates;
        SuiteChoice suites = SuiteChoice.WIREGUARD;

        Spec(int number, SecretKey privateKey) {
            this.number = number;
            key = X25519.publicKey(privateKey);
            endpoint = new EndpointSpec.Numeric(Node.outer(number));
        }

        Spec psk(SecretKey psk) {
            this.psk = psk;
            return this;
        }

        Spec endpoint(EndpointSpec endpoint) {
            this.endpoint = endpoint;
            return this;
        }

        Spec nowhere() {
            return endpoint(null);
        }

        Spec keepalive(int seconds) {
            keepalive = seconds;
            return this;
        }

        Spec suites(SuiteChoice suites) {
            this.suites = suites;
            return this;
        }

        Spec initiates() {
            initiates = true;
            return this;
        }

        PeerSpec build() {
            List<IpPrefix> ips = List.of(Node.innerPrefix(number));
            return new PeerSpecBuilder("node" + number, key)
                    .psk(psk)
                    .endpoint(endpoint)
                    .allows(ips)
                    .keepalive(keepalive)
                    .initiates(initiates)
                    .suites(suites)
                    .build();
        }
    }

    SecretKey newKey() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return SecretKey.copyOf(bytes);
    }

    Node node(int number, SecretKey key, Spec... peers) {
        List<PeerSpec> specs = new ArrayList<>();
        for (Spec peer : peers) {
            specs.add(peer.build());
        }
        Node node = new Node(number, key, this, specs);
        nodes.add(node);
        node.control.onStart();
        return node;
    }

    /** Lets everybody work until nobody has anything left to do at this moment. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = wire.deliver();
            for (Node node : nodes) {
                int work = node.stepOutbound();
                work += node.stepInbound();
                work += node.stepControl();
                busy |= work > 0;
            }
        }
    }

    /** Lets time pass. */
    void run(long nanos) {
        long end = clock.nanoTime() + nanos;
        settle();
        while (clock.nanoTime() < end) {
            clock.advanceNanos(Math.min(STEP, end - clock.nanoTime()));
            settle();
        }
    }

    void runSeconds(double seconds) {
        run((long) (seconds * SECOND));
    }
}
