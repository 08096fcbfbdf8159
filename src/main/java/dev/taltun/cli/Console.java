package dev.taltun.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The three streams of a command, so that tests can stand in for a terminal.
 *
 * @param out what was asked for
 * @param err mistakes and warnings, one line each
 * @param in what a command reads, such as a private key
 * @param outFile names the open file behind {@code out}, to look at its permissions
 */
record Console(PrintStream out, PrintStream err, InputStream in, Path outFile) {
    /** The streams of this process. */
    static Console ofProcess() {
        return new Console(System.out, System.err, System.in, Path.of("/proc/self/fd/1"));
    }

    /** Says what went wrong, and who says so. */
    void complain(String command, String line) {
        String who = command.isEmpty() ? "taltun" : "taltun " + command;
        err.println(who + ": " + line);
        err.flush();
    }
}
