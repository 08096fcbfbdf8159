package dev.taltun.crypto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The AEAD providers of this machine: found, self-tested, measured, ordered.
 *
 * <p>{@link #discover} is made for start-up, where every millisecond counts: native libraries are
 * tried first, and the JDK's own ciphers, whose classes take longest to load, only if a suite is
 * still without provider; OpenSSL, too, is left alone where IPsec-MB finds the vector units with
 * which it is twice as fast as anything else. A provider that is missing, has an unknown version or
 * fails its self-test is skipped, with a line in {@link #skipped()} that says why. {@link #survey}
 * takes its time and looks at all of them. Immutable once made; any thread.
 */
public final class AeadProviders {
    /** Packet lengths that {@link #survey} measures, in bytes. */
    public static final List<Integer> SURVEY_LENGTHS =
            List.of(64, 512, AeadMeasurement.FULL_PACKET_BYTES);

    /** Time for measuring at start-up: enough for the order, not for the last nanosecond. */
    private static final long DISCOVERY_BUDGET_NANOS = 15_000_000;

    /** Time for measuring one provider with figures that are to be printed. */
    private static final long SURVEY_BUDGET_NANOS = 500_000_000;

    private final List<Candidate> candidates;
    private final Map<String, String> skipped;

    /** Opens one provider. */
    @FunctionalInterface
    interface Loader {
        AeadProvider open() throws ProviderUnavailableException;
    }

    /** A provider that passed the self-test, with its figure for each suite it has. */
    private record Candidate(AeadProvider provider, List<AeadMeasurement> figures) {
        AeadMeasurement figure(CipherSuite suite) {
            for (AeadMeasurement figure : figures) {
                if (figure.suite() == suite) {
                    return figure;
                }
            }
            return null;
        }
    }

    /**
     * What {@link #survey} says of one provider.
     *
     * @param name as {@code --crypto} takes it
     * @param version of the library, or null if it cannot be used
     * @param unavailableBecause the reason if it cannot be used, else null
     * @param nanos by suite, nanoseconds per packet for each of {@link #SURVEY_LENGTHS}
     */
    public record Report(
            String name,
            String version,
            String unavailableBecause,
            Map<CipherSuite, List<Double>> nanos) {}

    private AeadProviders(List<Candidate> candidates, Map<String, String> skipped) {
        this.candidates = List.copyOf(candidates);
        this.skipped = Collections.unmodifiableMap(skipped);
    }

    /** The fastest providers of this machine; there is always one for every suite. */
    public static AeadProviders discover() {
        return discover(loaders(), null);
    }

    /**
     * The providers of this machine, or only the one of this name.
     *
     * @param forcedName from {@code --crypto}, or null for automatic choice
     * @throws IllegalArgumentException with a one-line reason if that one does not exist or cannot
     *     be used
     */
    public static AeadProviders discover(String forcedName) {
        return discover(loaders(), forcedName);
    }

    /** Every provider with its figures, for {@code taltun crypto}; takes seconds. */
    public static List<Report> survey() {
        List<Report> reports = new ArrayList<>();
        loaders().forEach((name, loader) -> reports.add(report(name, loader)));
        return reports;
    }

    static Map<String, Loader> loaders() {
        Map<String, Loader> loaders = new LinkedHashMap<>();
        loaders.put(IpsecMbProvider.NAME, () -> IpsecMbProvider.open(IpsecMb.LIBRARY_NAMES));
        loaders.put(OpenSslProvider.NAME, () -> OpenSslProvider.open(OpenSsl.LIBRARY_NAME));
        loaders.put(JdkProvider.NAME, JdkProvider::new);
        loaders.put(BouncyCastleProvider.NAME, BouncyCastleProvider::new);
        return loaders;
    }

    static AeadProviders discover(Map<String, Loader> loaders, String forcedName) {
        List<Candidate> candidates = new ArrayList<>();
        Map<String, String> skipped = new LinkedHashMap<>();
        if (forcedName == null) {
            for (String name : loaders.keySet()) {
                if (isWorthTrying(name, candidates)) {
                    tryOut(name, loaders, candidates, skipped);
                }
            }
        } else {
            if (!loaders.containsKey(forcedName)) {
                throw new IllegalArgumentException(
                        "there is no crypto provider \""
                                + forcedName
                                + "\"; choose one of "
                                + String.join(", ", loaders.keySet()));
            }
            tryOut(forcedName, loaders, candidates, skipped);
            if (candidates.isEmpty()) {
                throw new IllegalArgumentException(
                        refusal(forcedName, skipped.get(forcedName), loaders));
            }
        }
        List<AeadMeasurement> all = new ArrayList<>();
        candidates.forEach(candidate -> all.addAll(candidate.figures()));
        AeadMeasurement.takeTurns(all, DISCOVERY_BUDGET_NANOS);
        all.forEach(AeadMeasurement::close);
        return new AeadProviders(candidates, skipped);
    }

    /** Whether a provider may still win or be needed, given those that were found before it. */
    private static boolean isWorthTrying(String name, List<Candidate> found) {
        boolean unrivalled =
                found.stream()
                        .anyMatch(
                                c -> c.provider() instanceof IpsecMbProvider p && p.isUnrivalled());
        boolean lastResort =
                name.equals(JdkProvider.NAME) || name.equals(BouncyCastleProvider.NAME);
        return !coversEverySuite(found) || (!lastResort && !unrivalled);
    }

    private static void tryOut(
            String name,
            Map<String, Loader> loaders,
            List<Candidate> candidates,
            Map<String, String> skipped) {
        try {
            AeadProvider provider = openAndTest(loaders.get(name));
            List<AeadMeasurement> figures = new ArrayList<>();
            for (CipherSuite suite : suitesOf(provider)) {
                figures.add(
                        new AeadMeasurement(provider, suite, AeadMeasurement.FULL_PACKET_BYTES));
            }
            candidates.add(new Candidate(provider, figures));
        } catch (ProviderUnavailableException e) {
            skipped.put(name, e.getMessage());
        }
    }

    private static AeadProvider openAndTest(Loader loader) throws ProviderUnavailableException {
        AeadProvider provider = loader.open();
        List<CipherSuite> suites = suitesOf(provider);
        if (suites.isEmpty()) {
            throw new ProviderUnavailableException("it has none of the ciphers");
        }
        for (CipherSuite suite : suites) {
            AeadSelfTest.run(provider, suite);
        }
        return provider;
    }

    private static List<CipherSuite> suitesOf(AeadProvider provider) {
        List<CipherSuite> suites = new ArrayList<>();
        for (CipherSuite suite : CipherSuite.values()) {
            if (provider.supports(suite)) {
                suites.add(suite);
            }
        }
        return suites;
    }

    private static boolean coversEverySuite(List<Candidate> candidates) {
        for (CipherSuite suite : CipherSuite.values()) {
            if (candidates.stream().noneMatch(c -> c.figure(suite) != null)) {
                return false;
            }
        }
        return true;
    }

    private static String refusal(String name, String reason, Map<String, Loader> loaders) {
        StringJoiner usable = new StringJoiner(", ");
        StringJoiner others = new StringJoiner("; ");
        loaders.forEach(
                (other, loader) -> {
                    if (!other.equals(name)) {
                        try {
                            openAndTest(loader);
                            usable.add(other);
                        } catch (ProviderUnavailableException e) {
                            others.add(other + " neither: " + e.getMessage());
                        }
                    }
                });
        return "crypto provider \""
                + name
                + "\" cannot be used: "
                + reason
                + "; usable here: "
                + usable
                + (others.length() == 0 ? "" : "; " + others);
    }

    private static Report report(String name, Loader loader) {
        try {
            AeadProvider provider = openAndTest(loader);
            Map<CipherSuite, List<Double>> nanos = new LinkedHashMap<>();
            List<AeadMeasurement> all = new ArrayList<>();
            for (CipherSuite suite : suitesOf(provider)) {
                for (int length : SURVEY_LENGTHS) {
                    all.add(new AeadMeasurement(provider, suite, length));
                }
            }
            AeadMeasurement.takeTurns(all, SURVEY_BUDGET_NANOS);
            for (AeadMeasurement figure : all) {
                nanos.computeIfAbsent(figure.suite(), s -> new ArrayList<>())
                        .add(figure.nanosPerPacket());
                figure.close();
            }
            return new Report(name, provider.version(), null, nanos);
        } catch (ProviderUnavailableException e) {
            return new Report(name, null, e.getMessage(), Map.of());
        }
    }

    /**
     * The fastest provider for a suite.
     *
     * @throws IllegalArgumentException if the forced provider lacks the suite
     */
    public AeadProvider choose(CipherSuite suite) {
        Candidate best = best(suite);
        if (best == null) {
            throw new IllegalArgumentException(
                    "crypto provider \""
                            + candidates.getFirst().provider().name()
                            + "\" has no "
                            + suite.text()
                            + "; choose another provider or cipher");
        }
        return best.provider();
    }

    /** True if {@link #choose} has a provider for the suite. */
    public boolean has(CipherSuite suite) {
        return best(suite) != null;
    }

    /**
     * Nanoseconds that the chosen provider takes to seal a full packet; infinite if there is none.
     */
    public double nanosPerPacket(CipherSuite suite) {
        Candidate best = best(suite);
        return best == null ? Double.POSITIVE_INFINITY : best.figure(suite).nanosPerPacket();
    }

    /** Which providers were skipped, and why: lines for the log, "openssl: reason". */
    public List<String> skipped() {
        List<String> lines = new ArrayList<>();
        skipped.forEach((name, reason) -> lines.add(name + ": " + reason));
        return lines;
    }

    /**
     * The choice in one line: {@code "ipsec-mb 1.3.0 (chacha20-poly1305 534 ns, aes-256-gcm 150 ns
     * per 1420-byte packet)"}.
     */
    public String description() {
        Map<AeadProvider, StringJoiner> chosen = new LinkedHashMap<>();
        for (CipherSuite suite : CipherSuite.values()) {
            Candidate best = best(suite);
            if (best != null) {
                chosen.computeIfAbsent(best.provider(), p -> new StringJoiner(", "))
                        .add(
                                String.format(
                                        Locale.ROOT,
                                        "%s %.0f ns",
                                        suite.text(),
                                        best.figure(suite).nanosPerPacket()));
            }
        }
        StringJoiner line = new StringJoiner("; ");
        chosen.forEach(
                (provider, figures) ->
                        line.add(
                                provider.name()
                                        + " "
                                        + provider.version()
                                        + " ("
                                        + figures
                                        + " per "
                                        + AeadMeasurement.FULL_PACKET_BYTES
                                        + "-byte packet)"));
        return line.toString();
    }

    private Candidate best(CipherSuite suite) {
        Candidate best = null;
        for (Candidate candidate : candidates) {
            AeadMeasurement figure = candidate.figure(suite);
            if (figure != null
                    && (best == null
                            || figure.nanosPerPacket() < best.figure(suite).nanosPerPacket())) {
                best = candidate;
            }
        }
        return best;
    }
}
