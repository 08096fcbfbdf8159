package dev.taltun.cli;

/** Entry point of {@code taltun.jar}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(2);
    }
}
