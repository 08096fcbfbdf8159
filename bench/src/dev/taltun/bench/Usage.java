package dev.taltun.bench;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CPU time spent so far, in seconds: by some processes, by softirqs of the machine, and by all that
 * the machine did. From /proc, see proc_pid_stat(5) and proc_stat(5).
 */
record Usage(double processes, double softirq, double machine) {
    /** USER_HZ of every Linux that Java runs on. */
    private static final double TICKS = 100;

    private static final double KIB_PER_MIB = 1024;

    static Usage now(List<Process> processes) throws BenchFailure {
        try {
            double sum = 0;
            for (Process process : processes) {
                sum += processSeconds(Programs.read("/proc/" + process.pid() + "/stat"));
            }
            String machine = Programs.read("/proc/stat");
            return new Usage(sum, softirqSeconds(machine), busySeconds(machine));
        } catch (UncheckedIOException e) {
            throw new BenchFailure("the tunnel ended");
        }
    }

    Usage minus(Usage earlier) {
        return new Usage(
                processes - earlier.processes,
                softirq - earlier.softirq,
                machine - earlier.machine);
    }

    /** utime and stime; the name before them may hold spaces and brackets. */
    static double processSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /** Everything but idle, waiting and what the hypervisor took; guests are within user. */
    static double busySeconds(String stat) {
        return (cpu(stat, 0) + cpu(stat, 1) + cpu(stat, 2) + cpu(stat, 5) + cpu(stat, 6)) / TICKS;
    }

    static double softirqSeconds(String stat) {
        return cpu(stat, 6) / TICKS;
    }

    private static long cpu(String stat, int field) {
        return Long.parseLong(stat.lines().findFirst().orElseThrow().split(" +")[1 + field]);
    }

    /** Resident memory of one of the processes in MiB, on average. */
    static double rss(List<Process> processes) throws BenchFailure {
        return memory(processes, "status", "VmRSS");
    }

    /** The same, but what processes share is divided among them. */
    static double pss(List<Process> processes) throws BenchFailure {
        return memory(processes, "smaps_rollup", "Pss");
    }

    private static double memory(List<Process> processes, String file, String field)
            throws BenchFailure {
        try {
            double sum = 0;
            for (Process process : processes) {
                sum += mebibytes(Programs.read("/proc/" + process.pid() + "/" + file), field);
            }
            return sum / processes.size();
        } catch (UncheckedIOException e) {
            throw new BenchFailure("the tunnel ended");
        }
    }

    static double mebibytes(String text, String field) throws BenchFailure {
        Matcher line = Pattern.compile("(?m)^" + field + ":\\s+(\\d+) kB").matcher(text);
        if (!line.find()) {
            throw new BenchFailure("no " + field);
        }
        return Long.parseLong(line.group(1)) / KIB_PER_MIB;
    }
}
