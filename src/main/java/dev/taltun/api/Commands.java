package dev.taltun.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the control agent to do what was asked of it. */
final class Commands {
    /** It does each within milliseconds; this only ends the wait for one that died. */
    private static final long PATIENCE_SECONDS = 20;

    private Commands() {}

    static <T> T await(CompletableFuture<T> command) throws UapiException {
        try {
            return command.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            boolean refused = e.getCause() instanceof IllegalArgumentException;
            throw new UapiException(refused ? UapiException.EINVAL : UapiException.EIO, e);
        } catch (TimeoutException e) {
            throw new UapiException(UapiException.EIO, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UapiException(UapiException.EIO, e);
        }
    }
}
