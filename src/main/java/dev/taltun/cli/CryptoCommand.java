package dev.taltun.cli;

import dev.taltun.crypto.AeadSurvey;
import dev.taltun.crypto.CipherSuite;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code taltun crypto}: the libraries that can encrypt packets here, and how fast each is. */
final class CryptoCommand implements CliCommand {
    @Override
    public void describe(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Measures every AEAD provider of this machine: nanoseconds to seal a packet"
                                + " of 64, 512 and 1420 bytes on one core. Takes a few seconds.");
    }

    @Override
    public int run(ParseResult arguments, Console console) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "%-14s %-12s %-18s %8s %8s %8s%n",
                        "provider",
                        "version",
                        "cipher",
                        "64 B",
                        "512 B",
                        "1420 B");
        for (AeadSurvey.Report report : AeadSurvey.run(System::nanoTime)) {
            if (report.unavailableBecause() != null) {
                console.out()
                        .printf(
                                Locale.ROOT,
                                "%-14s not available: %s%n",
                                report.name(),
                                report.unavailableBecause());
                continue;
            }
            for (CipherSuite suite : CipherSuite.values()) {
                List<Double> nanos = report.nanos().get(suite);
                if (nanos != null) {
                    console.out().println(row(report, suite, nanos));
                }
            }
        }
        return ExitCode.OK;
    }

    private static String row(AeadSurvey.Report report, CipherSuite suite, List<Double> nanos) {
        StringBuilder line =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "%-14s %-12s %-18s",
                                report.name(),
                                report.version(),
                                suite.text()));
        for (double value : nanos) {
            line.append(String.format(Locale.ROOT, " %5.0f ns", value));
        }
        return line.toString();
    }
}
