package dev.taltun.control;

import dev.taltun.dataplane.ReceivedFrame;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.metrics.Counter;
import dev.taltun.noise.Session;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Probe;
import java.lang.foreign.MemorySegment;

/** One peer's control frames, each to whom it concerns. Control agent's thread. */
final class PeerFrames {
    private final PathParts parts;
    private final Heartbeat heartbeat;

    PeerFrames(PathParts parts, Heartbeat heartbeat) {
        this.parts = parts;
        this.heartbeat = heartbeat;
    }

    /**
     * A frame came.
     *
     * @return whether a handshake with another suite is due, and ours to begin
     */
    boolean onFrame(ReceivedFrame frame, PathRole role, long now) {
        MemorySegment memory = frame.memory();
        role.onTaltun(now);
        switch (ControlFrame.type(memory, 0)) {
            case ControlFrame.TYPE_HELLO -> {
                return parts.hello().onFrame(frame, parts.sessions().usable(now), now);
            }
            case ControlFrame.TYPE_PROBE -> {
                if (isProbe(memory)) {
                    Session session = parts.sessions().usable(now);
                    heartbeat.asked(now, session != null && session.initiator());
                    answer(memory, now);
                }
            }
            case ControlFrame.TYPE_PROBE_ANSWER -> {
                if (isProbe(memory)) {
                    role.onProbeAnswer(Probe.transaction(memory, 0), now);
                }
            }
            default -> role.onFrame(frame, now);
        }
        return false;
    }

    private boolean isProbe(MemorySegment memory) {
        boolean complete = Probe.check(memory, 0);
        if (!complete) {
            parts.context().counters.increment(Counter.CONTROL_FRAMES_MALFORMED);
        }
        return complete;
    }

    /** The probe came over the peer's own session, so the answer goes where that came from. */
    private void answer(MemorySegment probe, long now) {
        Endpoint source = parts.peer().endpoint();
        if (source != null) {
            MemorySegment frame = parts.context().frame;
            Probe.putAnswer(frame, 0, Probe.transaction(probe, 0));
            Paths.put(frame, Probe.PLACE_OFFSET, source);
            parts.send(Probe.BYTES, now);
        }
    }
}
