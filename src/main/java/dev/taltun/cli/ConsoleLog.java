package dev.taltun.cli;

import dev.taltun.engine.EngineLog;
import java.io.PrintStream;

/** The engine's lines on the console; what is only of use to a developer on request. */
final class ConsoleLog implements EngineLog {
    private final Console console;
    private final boolean debug;

    ConsoleLog(Console console, boolean debug) {
        this.console = console;
        this.debug = debug;
    }

    @Override
    public void info(String line) {
        print(console.out(), line);
    }

    @Override
    public void warn(String line) {
        print(console.err(), "warning: " + line);
    }

    @Override
    public void debug(String line) {
        if (debug) {
            print(console.out(), "debug: " + line);
        }
    }

    /** At once: whoever reads the log through a pipe is waiting for the line. */
    private static void print(PrintStream stream, String line) {
        stream.println(line);
        stream.flush();
    }
}
