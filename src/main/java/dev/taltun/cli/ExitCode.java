package dev.taltun.cli;

/** What the process tells whoever started it. */
final class ExitCode {
    static final int OK = 0;

    /** Something failed at run time. */
    static final int FAILURE = 1;

    /** Wrong usage or configuration: trying again will not help. */
    static final int USAGE = 2;

    private ExitCode() {}
}
