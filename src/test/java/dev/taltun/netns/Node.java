package dev.taltun.netns;

import java.time.Duration;

/** One end of a tunnel, played by some program in a namespace. */
public interface Node {
    Namespace namespace();

    /** The tunnel device's name; the same after a restart. */
    String device();

    /** Starts it and returns when the device is up with its addresses. */
    void start();

    /** SIGTERM, then its end. */
    Outcome terminate(Duration timeout);

    /** SIGKILL, and nothing cleaned up but what would hinder a new start. */
    void kill();

    /** What it printed since its last start. */
    String log();

    /** Which program plays. */
    enum Kind {
        TALTUN,
        WIREGUARD_GO;

        public Node create(Namespace namespace, NodeSpec spec) {
            return switch (this) {
                case TALTUN -> new TaltunNode(namespace, spec);
                case WIREGUARD_GO -> new WireguardGoNode(namespace, spec);
            };
        }
    }
}
