package dev.taltun.bench;

/** What keeps a figure from being measured, in one line for the person who reads the table. */
final class BenchFailure extends Exception {
    private static final long serialVersionUID = 1;

    private static final int MOST = 160;

    BenchFailure(String reason) {
        super(oneLine(reason));
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= MOST ? line : line.substring(0, MOST - 3) + "...";
    }
}
