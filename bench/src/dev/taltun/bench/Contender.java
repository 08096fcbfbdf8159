package dev.taltun.bench;

import java.util.List;

/** One way to connect the two ends of a {@link Lab}. Holds no state of a trial. */
interface Contender {
    /** As {@code ONLY=} takes it and the table shows it. */
    String name();

    /** Programs that must be on PATH; where one is missing, the contender does not take part. */
    List<String> programs();

    /** Its version, in one line for the report. */
    String version();

    /** Writes keys and files: what is done once per installation and is no part of a start. */
    void prepare(Lab lab) throws BenchFailure;

    /**
     * Starts both ends and sets up what the implementation leaves to others.
     *
     * @return the processes of the tunnel, the same number for each end
     */
    List<Process> start(Lab lab) throws BenchFailure;

    /** Where end b answers. */
    default String target(Lab lab) {
        return lab.inner(1);
    }

    /** The first line that a program prints about itself. */
    static String firstLine(String... command) {
        try {
            String output = Programs.attempt(Programs.PATIENCE, List.of(command)).output();
            return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("").strip();
        } catch (BenchFailure e) {
            return "unknown";
        }
    }
}
