package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The DNS name of one peer's endpoint: asks, retries with growing pauses while it does not resolve,
 * and asks again while the peer does not answer, for the name may have moved. Control agent's
 * thread.
 */
final class NamedEndpoint {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long PAUSE_MAX_NANOS = 60 * SECOND_NANOS;

    /** Least time between two questions about a name that resolves. */
    private static final long REFRESH_NANOS = 30 * SECOND_NANOS;

    private final EndpointSpec.Named name;
    private final NameResolver resolver;
    private final BiConsumer<NamedEndpoint, NameResolver.Answer> onAnswer;
    private boolean asking;
    private long askedAt;
    private long pause = SECOND_NANOS;
    private long retryAt;
    private boolean toldFailure;

    /**
     * @param onAnswer takes each answer, on any thread, and brings it to {@link #answered}
     */
    NamedEndpoint(
            EndpointSpec.Named name,
            NameResolver resolver,
            BiConsumer<NamedEndpoint, NameResolver.Answer> onAnswer) {
        this.name = name;
        this.resolver = resolver;
        this.onAnswer = onAnswer;
    }

    EndpointSpec.Named name() {
        return name;
    }

    /** Asks, unless an answer is on its way. */
    void ask(long now) {
        if (asking && now < retryAt) {
            return;
        }
        asking = true;
        askedAt = now;
        // Should the answer get lost, the question is put again.
        retryAt = now + PAUSE_MAX_NANOS;
        resolver.resolve(name, answer -> onAnswer.accept(this, answer));
    }

    /** Asks again because the peer does not answer. */
    void refresh(long now) {
        if (retryAt == 0 && now - askedAt >= REFRESH_NANOS) {
            ask(now);
        }
    }

    /** Asks again if it is time to. */
    void onTimer(long now) {
        if (retryAt != 0 && now >= retryAt) {
            ask(now);
        }
    }

    /** When to call {@link #onTimer}, or {@link Long#MAX_VALUE}. */
    long deadline() {
        return retryAt == 0 ? Long.MAX_VALUE : retryAt;
    }

    /** What {@link #answered} found. */
    enum News {
        NOTHING,
        FIRST_FAILURE,
        RECOVERED
    }

    /** An answer came: says what is new about it. */
    News answered(NameResolver.Answer answer, long now) {
        asking = false;
        boolean failed = answer.endpoints().isEmpty();
        retryAt = failed ? now + pause : 0;
        if (failed) {
            pause = Math.min(2 * pause, PAUSE_MAX_NANOS);
        } else {
            pause = SECOND_NANOS;
        }
        if (failed == toldFailure) {
            return News.NOTHING;
        }
        toldFailure = failed;
        return failed ? News.FIRST_FAILURE : News.RECOVERED;
    }

    /**
     * Which of the name's endpoints to use.
     *
     * @param failing the endpoint that does not answer, or null: then the best
     * @return the one behind the failing one, so that all get their turn
     */
    static Endpoint choose(List<Endpoint> endpoints, Endpoint failing) {
        int next = 0;
        for (int i = 0; failing != null && i < endpoints.size(); i++) {
            if (endpoints.get(i).sameRemote(failing)) {
                next = (i + 1) % endpoints.size();
            }
        }
        return endpoints.get(next);
    }
}
