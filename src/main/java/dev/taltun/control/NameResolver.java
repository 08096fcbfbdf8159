package dev.taltun.control;

import dev.taltun.io.udp.Endpoint;
import java.util.List;
import java.util.function.Consumer;

/** Asks for the addresses of names without keeping the caller waiting. */
public interface NameResolver extends AutoCloseable {
    /**
     * What became of a question.
     *
     * @param endpoints that the name stands for, best first; empty if there are none
     * @param reason in words for the user why there are none; null otherwise
     */
    record Answer(List<Endpoint> endpoints, String reason) {}

    /**
     * Asks. Called on the control agent's thread; must return at once.
     *
     * @param answer gets the answer, on any thread; it must not be kept from returning
     */
    void resolve(EndpointSpec.Named name, Consumer<Answer> answer);

    /** Ends what goes on; answers may stay out from now on. */
    @Override
    void close();
}
