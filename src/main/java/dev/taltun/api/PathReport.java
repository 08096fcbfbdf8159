package dev.taltun.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The way to one peer as a control socket tells of it. Immutable.
 *
 * @param kind {@code direct} or {@code relay}; empty while there is no way
 * @param relay name of the peer that relays
 * @param reason why the path is not direct, in words
 * @param changedMillisAgo when {@code kind} last changed
 * @param directRttMicros last measured round trip on the direct path
 * @param relayRttMicros last measured round trip through the relay
 * @param observed address and port that the peer, a lighthouse, saw us at
 * @param candidates where the peer may be: each an endpoint, a blank, what came of it
 * @param filtering whose datagrams reach us, as a lighthouse found out, in words
 * @param observedMillisAgo when it saw us there
 * @param observedFrom which address of that machine it saw there
 */
public record PathReport(
        Optional<String> kind,
        Optional<String> relay,
        Optional<String> reason,
        OptionalLong changedMillisAgo,
        OptionalLong directRttMicros,
        OptionalLong relayRttMicros,
        Optional<String> observed,
        List<String> candidates,
        Optional<String> filtering,
        OptionalLong observedMillisAgo,
        Optional<String> observedFrom) {
    /** Words of {@link #kind}. */
    public static final String DIRECT = "direct";

    public static final String RELAY = "relay";

    public PathReport {
        candidates = List.copyOf(candidates);
    }

    /** Of a peer that is no lighthouse. */
    public PathReport(
            Optional<String> kind,
            Optional<String> relay,
            Optional<String> reason,
            OptionalLong changedMillisAgo,
            OptionalLong directRttMicros,
            OptionalLong relayRttMicros,
            Optional<String> observed,
            List<String> candidates) {
        this(
                kind,
                relay,
                reason,
                changedMillisAgo,
                directRttMicros,
                relayRttMicros,
                observed,
                candidates,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }

    /** Nothing is known. */
    static final PathReport NONE = of(null);

    /** Only the kind is known, or, when null, not even that. */
    public static PathReport of(String kind) {
        return new PathReport(
                Optional.ofNullable(kind),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                List.of());
    }

    public boolean isRelayed() {
        return kind.filter(RELAY::equals).isPresent();
    }

    /** {@code direct}, {@code relay via NAME}, or {@code none}. */
    public String text() {
        if (isRelayed()) {
            return RELAY + relay.map(name -> " via " + name).orElse("");
        }
        return kind.orElse("none");
    }

    /** Round trip on the path in use. */
    public OptionalLong rttMicros() {
        return isRelayed() ? relayRttMicros : directRttMicros;
    }
}
