package dev.taltun.bench;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures depend on beside the programs measured. */
record MachineFacts(
        String cpu,
        int cores,
        String kernel,
        String memory,
        String jdk,
        String iperf3,
        String date) {
    static MachineFacts read() {
        String java = System.getProperty("java.vendor.version");
        return new MachineFacts(
                match("model name\\s*:\\s*(.+)", Programs.read("/proc/cpuinfo"), "unknown CPU"),
                Runtime.getRuntime().availableProcessors(),
                "Linux " + System.getProperty("os.version"),
                match("MemTotal:\\s*(.+)", Programs.read("/proc/meminfo"), "unknown"),
                System.getProperty("java.vm.name")
                        + " "
                        + System.getProperty("java.version")
                        + (java == null ? "" : " (" + java + ")"),
                Contender.firstLine("iperf3", "--version"),
                ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static String match(String regex, String text, String otherwise) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        return matcher.find() ? matcher.group(1).strip() : otherwise;
    }

    /** One line under the charts and the table. */
    String caption(Settings settings) {
        return "%s, %d cores shared by both ends and iperf3; %s; %s; medians of %d x %d s; %s"
                .formatted(
                        cpu, cores, kernel, jdk, settings.repetitions(), settings.seconds(), date);
    }
}
