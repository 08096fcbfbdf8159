package dev.taltun.engine;

import dev.taltun.control.ControlListener;
import dev.taltun.control.EndpointSpec;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.noise.Session;
import dev.taltun.peer.Peer;

/** Puts what the control agent reports into lines for the user. Runs on the control agent. */
final class EngineListener implements ControlListener {
    private final EngineLog log;

    EngineListener(EngineLog log) {
        this.log = log;
    }

    @Override
    public void handshakeComplete(Peer peer, Endpoint endpoint, Session session, boolean first) {
        String role = session.initiator() ? "initiator" : "responder";
        String line =
                "handshake with %s at %s complete (%s, %s)"
                        .formatted(peer.name(), endpoint, role, session.suite());
        log.info(first ? line : line + ", rekey");
    }

    @Override
    public void peerSilent(Peer peer, Endpoint endpoint, long seconds) {
        log.warn(
                "%s at %s has not answered for %d s; is it running, is UDP to it open, do the keys match?"
                        .formatted(peer.name(), endpoint, seconds));
    }

    @Override
    public void peerAnswersAgain(Peer peer, Endpoint endpoint) {
        log.info("%s at %s answers again".formatted(peer.name(), endpoint));
    }

    @Override
    public void peerRoamed(Peer peer, Endpoint from, Endpoint to) {
        log.info("%s moved from %s to %s".formatted(peer.name(), from, to));
    }

    @Override
    public void handshakeGaveUp(Peer peer, Endpoint endpoint, int dropped) {
        log.warn(
                "no handshake with %s at %s in 90 s; trying again when there is something to send"
                        .formatted(peer.name(), endpoint));
    }

    @Override
    public void responseNotAuthentic(Peer peer, Endpoint source) {
        log.warn(
                "handshake response from %s at %s is not authentic; check preshared_key on both sides"
                        .formatted(peer.name(), source));
    }

    @Override
    public void unknownPeer(PublicKey claimed, Endpoint source) {
        log.warn(
                "%s at %s wants to connect but is no peer; add it as [[peers]] if it should be one"
                        .formatted(claimed.toBase64(), source));
    }

    @Override
    public void nameUnresolved(Peer peer, EndpointSpec.Named name, String reason) {
        log.warn(
                "endpoint %s of %s does not resolve (%s); trying again"
                        .formatted(name, peer.name(), reason));
    }

    @Override
    public void nameResolved(Peer peer, EndpointSpec.Named name, Endpoint endpoint) {
        log.info("endpoint %s of %s is %s".formatted(name, peer.name(), endpoint));
    }

    @Override
    public void pathDirect(Peer peer, Endpoint endpoint) {
        log.info("%s is reached directly at %s".formatted(peer.name(), endpoint));
    }

    @Override
    public void pathRelayed(Peer peer, Peer relay, String reason) {
        log.info("%s is reached through %s: %s".formatted(peer.name(), relay.name(), reason));
    }
}
