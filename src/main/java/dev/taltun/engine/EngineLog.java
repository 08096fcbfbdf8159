package dev.taltun.engine;

/** Where the engine's lines for the user go. Any thread; must not throw. */
public interface EngineLog {
    /** A fact that matters. One line. */
    void info(String line);

    /** Something that the user may want to mend. One line. */
    void warn(String line);

    /** Of use to a developer only. One line. */
    void debug(String line);
}
