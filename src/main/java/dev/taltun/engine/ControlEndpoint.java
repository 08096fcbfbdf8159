package dev.taltun.engine;

import dev.taltun.agent.AgentRunner;
import dev.taltun.agent.Quiescence;
import dev.taltun.api.ControlSocket;
import dev.taltun.api.Device;
import dev.taltun.api.StatusClient;
import dev.taltun.io.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The control socket where wg(8) looks for it, with its agent and thread. */
final class ControlEndpoint implements AutoCloseable {
    private static final Path DIRECTORY = StatusClient.DIRECTORY;
    private static final long JOIN_MILLIS = 250;

    private final UnixListener listener;
    private final AgentRunner runner;

    private ControlEndpoint(
            UnixListener listener, Device device, Runnable onNameGone, EngineLog log) {
        this.listener = listener;
        ControlSocket agent = new ControlSocket(listener, device, onNameGone);
        // It never holds a session, so nobody has to wait for it: it has a quiescence of its own.
        runner =
                new AgentRunner(
                        agent,
                        new Quiescence(1).newSlot(),
                        () -> {},
                        problem -> log.warn("the control socket is dead: " + problem));
    }

    /**
     * Opens the socket and starts to serve it.
     *
     * @param inherited may have the socket open already
     * @param onNameGone runs when somebody removed the socket's name
     * @throws IOException with one line for the user
     */
    static ControlEndpoint open(
            String interfaceName,
            Inherited inherited,
            Device device,
            Runnable onNameGone,
            EngineLog log)
            throws IOException {
        UnixListener listener = listener(interfaceName, inherited);
        ControlEndpoint endpoint = new ControlEndpoint(listener, device, onNameGone, log);
        endpoint.runner.start();
        return endpoint;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed with the endpoint
    private static UnixListener listener(String interfaceName, Inherited inherited)
            throws IOException {
        if (inherited.hasControlSocket()) {
            return UnixListener.adopt(inherited.controlSocket());
        }
        createDirectory();
        return UnixListener.listen(DIRECTORY.resolve(interfaceName + ".sock"));
    }

    private static void createDirectory() throws IOException {
        if (Files.isDirectory(DIRECTORY)) {
            return;
        }
        try {
            Files.createDirectories(DIRECTORY);
            Files.setPosixFilePermissions(DIRECTORY, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new IOException(
                    "creating " + DIRECTORY + " for the control socket: run as root", e);
        }
    }

    /** Ends serving, within a quarter of a second, and removes the name. */
    @Override
    public void close() {
        runner.stop();
        try {
            if (runner.join(JOIN_MILLIS)) {
                listener.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
