package dev.taltun.simulation;

import dev.taltun.control.ControlListener;
import dev.taltun.control.EndpointSpec;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;
import java.util.ArrayList;
import java.util.List;

/** What one node would tell its user. */
final class SimEvents implements ControlListener {
    private final String node;
    private final Trace trace;
    private final List<String> all = new ArrayList<>();
    private int handshakes;

    SimEvents(String node, Trace trace) {
        this.node = node;
        this.trace = trace;
    }

    private void tell(String what) {
        all.add(what);
        trace.note(node, what);
    }

    /** How often something was told that begins so. */
    long count(String beginning) {
        return all.stream().filter(event -> event.startsWith(beginning)).count();
    }

    /** Sessions established. */
    int handshakes() {
        return handshakes;
    }

    @Override
    public void handshakeComplete(Peer peer, Endpoint endpoint, Session session, boolean first) {
        handshakes++;
        tell(
                (first ? "session with " : "rekey with ")
                        + peer
                        + (session.initiator() ? " as initiator at " : " as responder at ")
                        + endpoint);
    }

    @Override
    public void peerSilent(Peer peer, Endpoint endpoint, long seconds) {
        tell("silent: " + peer + " for " + seconds + " s");
    }

    @Override
    public void peerAnswersAgain(Peer peer, Endpoint endpoint) {
        tell("answers: " + peer);
    }

    @Override
    public void peerRoamed(Peer peer, Endpoint from, Endpoint to) {
        tell("roamed: " + peer + " from " + from + " to " + to);
    }

    @Override
    public void handshakeGaveUp(Peer peer, Endpoint endpoint, int dropped) {
        tell("gave up: " + peer + ", dropped " + dropped);
    }

    @Override
    public void responseNotAuthentic(Peer peer, Endpoint source) {
        tell("not authentic: " + peer + " at " + source);
    }

    @Override
    public void unknownPeer(PublicKey claimed, Endpoint source) {
        tell("unknown: " + claimed.abbreviated() + " at " + source);
    }

    @Override
    public void nameUnresolved(Peer peer, EndpointSpec.Named name, String reason) {
        tell("unresolved: " + name + " " + reason);
    }

    @Override
    public void nameResolved(Peer peer, EndpointSpec.Named name, Endpoint endpoint) {
        tell("resolved: " + name + " is " + endpoint);
    }
}
