package dev.taltun.cli;

import dev.taltun.engine.EngineLog;
import java.util.Locale;

/** The engine's lines by the {@code LOG_LEVEL} that WireGuard's programs share. */
final class LevelLog implements EngineLog {
    private final EngineLog out;
    private final boolean verbose;
    private final boolean silent;

    /**
     * @param level {@code verbose} or {@code debug}, {@code error}, {@code silent}; null for {@code
     *     error}
     */
    LevelLog(EngineLog out, String level) {
        this.out = out;
        String known = level == null ? "" : level.toLowerCase(Locale.ROOT);
        verbose = known.equals("verbose") || known.equals("debug");
        silent = known.equals("silent");
    }

    @Override
    public void info(String line) {
        if (verbose) {
            out.info(line);
        }
    }

    @Override
    public void warn(String line) {
        if (!silent) {
            out.warn(line);
        }
    }

    @Override
    public void debug(String line) {
        if (verbose) {
            out.debug(line);
        }
    }
}
