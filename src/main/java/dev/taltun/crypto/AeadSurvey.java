package dev.taltun.crypto;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Every provider with its figures after warm-up, for {@code taltun crypto}. Takes a second and a
 * half for each, which those need that are written in Java; any thread.
 */
public final class AeadSurvey {
    /** Packet lengths that are measured, in bytes. */
    public static final List<Integer> LENGTHS = List.of(64, 512, AeadProviders.FULL_PACKET_BYTES);

    private static final long BUDGET_NANOS = 1_500_000_000;

    /** Packets between two looks at the clock, which cannot resolve a single one. */
    private static final int CALLS = 16;

    private AeadSurvey() {}

    /**
     * What there is to say of one provider.
     *
     * @param name as {@code --crypto} takes it
     * @param version of the library, or null if it cannot be used
     * @param unavailableBecause the reason if it cannot be used, else null
     * @param nanos by suite, nanoseconds to seal a packet of each of {@link #LENGTHS}
     */
    public record Report(
            String name,
            String version,
            String unavailableBecause,
            Map<CipherSuite, List<Double>> nanos) {}

    /**
     * Looks at all of them, in the order in which they are tried at start-up.
     *
     * @param nanoTime a monotonic clock to measure with
     */
    public static List<Report> run(LongSupplier nanoTime) {
        List<Report> reports = new ArrayList<>();
        AeadProviders.loaders()
                .forEach((name, loader) -> reports.add(report(name, loader, nanoTime)));
        return reports;
    }

    private static Report report(String name, AeadProviders.Loader loader, LongSupplier nanoTime) {
        try {
            AeadProvider provider = AeadProviders.openAndTest(loader);
            return new Report(name, provider.version(), null, measure(provider, nanoTime));
        } catch (ProviderUnavailableException e) {
            return new Report(name, null, e.getMessage(), Map.of());
        }
    }

    private static Map<CipherSuite, List<Double>> measure(
            AeadProvider provider, LongSupplier nanoTime) {
        List<AeadMeasurement> all = new ArrayList<>();
        for (CipherSuite suite : AeadProviders.suitesOf(provider)) {
            for (int length : LENGTHS) {
                all.add(new AeadMeasurement(provider, suite, length, CALLS));
            }
        }
        AeadMeasurement.takeTurns(all, BUDGET_NANOS, nanoTime);
        Map<CipherSuite, List<Double>> nanos = new EnumMap<>(CipherSuite.class);
        for (AeadMeasurement one : all) {
            nanos.computeIfAbsent(one.suite(), s -> new ArrayList<>()).add(one.nanosPerPacket());
            one.close();
        }
        return nanos;
    }
}
