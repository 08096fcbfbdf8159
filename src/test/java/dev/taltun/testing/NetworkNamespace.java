package dev.taltun.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs test code in a fresh network namespace that vanishes with everything in it when the code
 * ends, however it ends.
 *
 * <p>A namespace belongs to a thread: sockets opened by the body's thread and processes started by
 * it live in the new one, other threads stay where they were. So does the body's thread never
 * return to a pool.
 */
public final class NetworkNamespace {
    private static final int TIMEOUT_SECONDS = 60;

    private NetworkNamespace() {}

    /** Test code that may throw anything. */
    public interface Body {
        void run() throws Throwable;
    }

    /** Runs the body; without the privilege for a namespace the test is skipped. */
    public static void run(Body body) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("namespace")
                .daemon()
                .start(
                        () -> {
                            try {
                                enter();
                                body.run();
                                outcome.complete(null);
                            } catch (Throwable t) {
                                outcome.completeExceptionally(t);
                            }
                        });
        try {
            outcome.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            sneakyThrow(e.getCause());
        }
    }

    private static void enter() {
        int result = Libc.open().unshare(Linux.CLONE_NEWNET());
        Assumptions.assumeFalse(result == -Errno.EPERM, "network namespaces need root");
        assertEquals(0, result, () -> "unshare: " + Errno.words(result));
    }

    /**
     * Runs a command line in the namespace of the calling thread (a child inherits it) and returns
     * what it prints; fails the test when the command fails.
     */
    public static String sh(String commandLine) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder("sh", "-c", commandLine).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            Assertions.fail("'" + commandLine + "' exited with " + status + ": " + output);
        }
        return output;
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneakyThrow(Throwable t) throws T {
        throw (T) t;
    }
}
