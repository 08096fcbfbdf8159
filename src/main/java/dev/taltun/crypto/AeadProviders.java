package dev.taltun.crypto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.LongSupplier;

/**
 * The AEAD providers of this machine: found, self-tested, measured, ordered.
 *
 * <p>Made for start-up, where every millisecond counts: native libraries are tried first, and the
 * JDK's own ciphers, whose classes take longest to load, only if a suite is still without provider;
 * OpenSSL, too, is left alone where IPsec-MB finds the vector units with which it is twice as fast
 * as anything else. A provider that is missing, has an unknown version or fails its self-test is
 * skipped, with a line in {@link #skipped()} that says why. Immutable once made; any thread.
 */
public final class AeadProviders {
    /** The packet the engine is made for, in bytes: a full one inside an MTU of 1420. */
    static final int FULL_PACKET_BYTES = 1420;

    /**
     * At start-up the way to a library is still interpreted and takes longer than the library
     * itself. So one long packet is measured, with as many bytes as this number of full ones, and
     * the figure divided.
     */
    private static final int DISCOVERY_PACKETS = 46;

    private static final long DISCOVERY_BUDGET_NANOS = 4_000_000;

    /**
     * By how much a later provider must be faster to win. One long packet hides what OpenSSL spends
     * on each: its four calls cost as much as 700 bytes of ciphertext.
     */
    private static final double WINNING_FACTOR = 1.5;

    private final List<Candidate> candidates;
    private final Map<String, String> skipped;

    /** Opens one provider. */
    @FunctionalInterface
    interface Loader {
        AeadProvider open() throws ProviderUnavailableException;
    }

    /** A provider that passed the self-test. */
    private record Candidate(
            AeadProvider provider, List<CipherSuite> suites, List<AeadMeasurement> figures) {
        /** Not a number if it was not measured. */
        double nanosPerPacket(CipherSuite suite) {
            for (AeadMeasurement figure : figures) {
                if (figure.suite() == suite) {
                    return figure.nanosPerPacket() / DISCOVERY_PACKETS;
                }
            }
            return Double.NaN;
        }
    }

    private AeadProviders(List<Candidate> candidates, Map<String, String> skipped) {
        this.candidates = List.copyOf(candidates);
        this.skipped = Collections.unmodifiableMap(skipped);
    }

    /**
     * The providers of this machine, at least one for every suite; or only the one of this name.
     *
     * @param forcedName from {@code --crypto}, or null for automatic choice
     * @param nanoTime a monotonic clock to measure with
     * @throws IllegalArgumentException with a one-line reason if that one does not exist or cannot
     *     be used
     */
    public static AeadProviders discover(String forcedName, LongSupplier nanoTime) {
        return discover(loaders(), forcedName, nanoTime);
    }

    /** All that there are, in the order in which they are tried. */
    static Map<String, Loader> loaders() {
        Map<String, Loader> loaders = new LinkedHashMap<>();
        loaders.put(IpsecMbProvider.NAME, () -> IpsecMbProvider.open(IpsecMb.LIBRARY_NAMES));
        loaders.put(OpenSslProvider.NAME, () -> OpenSslProvider.open(OpenSsl.LIBRARY_NAME));
        loaders.put(JdkProvider.NAME, JdkProvider::new);
        loaders.put(BouncyCastleProvider.NAME, BouncyCastleProvider::new);
        return loaders;
    }

    static AeadProviders discover(
            Map<String, Loader> loaders, String forcedName, LongSupplier nanoTime) {
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
        measure(candidates, nanoTime);
        return new AeadProviders(candidates, skipped);
    }

    /** Whether a provider may still win or be needed, given those that were found before it. */
    private static boolean isWorthTrying(String name, List<Candidate> found) {
        for (CipherSuite suite : CipherSuite.values()) {
            if (found.stream().noneMatch(c -> c.suites().contains(suite))) {
                return true;
            }
        }
        boolean unrivalled =
                found.stream()
                        .anyMatch(
                                c -> c.provider() instanceof IpsecMbProvider p && p.isUnrivalled());
        return !isWrittenInJava(name) && !unrivalled;
    }

    /** Slower than any library, slower to load, slow to warm up. */
    private static boolean isWrittenInJava(String name) {
        return name.equals(JdkProvider.NAME) || name.equals(BouncyCastleProvider.NAME);
    }

    private static void tryOut(
            String name,
            Map<String, Loader> loaders,
            List<Candidate> candidates,
            Map<String, String> skipped) {
        try {
            AeadProvider provider = openAndTest(loaders.get(name));
            List<CipherSuite> suites = suitesOf(provider);
            List<AeadMeasurement> figures = new ArrayList<>();
            if (!isWrittenInJava(name)) {
                int length = DISCOVERY_PACKETS * FULL_PACKET_BYTES;
                suites.forEach(
                        suite -> figures.add(new AeadMeasurement(provider, suite, length, 1)));
            }
            candidates.add(new Candidate(provider, suites, figures));
        } catch (ProviderUnavailableException e) {
            skipped.put(name, e.getMessage());
        }
    }

    /**
     * Opens a provider and runs its self-tests. Whatever one throws there keeps this machine from
     * using that one, and from nothing else.
     */
    static AeadProvider openAndTest(Loader loader) throws ProviderUnavailableException {
        try {
            return tested(loader.open());
        } catch (RuntimeException e) {
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new ProviderUnavailableException("it failed when tried: " + reason);
        }
    }

    private static AeadProvider tested(AeadProvider provider) throws ProviderUnavailableException {
        List<CipherSuite> suites = suitesOf(provider);
        if (suites.isEmpty()) {
            throw new ProviderUnavailableException("it has none of the ciphers");
        }
        for (CipherSuite suite : suites) {
            AeadSelfTest.run(provider, suite);
        }
        return provider;
    }

    /** The suites that a provider has. */
    static List<CipherSuite> suitesOf(AeadProvider provider) {
        List<CipherSuite> suites = new ArrayList<>();
        for (CipherSuite suite : CipherSuite.values()) {
            if (provider.supports(suite)) {
                suites.add(suite);
            }
        }
        return suites;
    }

    private static void measure(List<Candidate> candidates, LongSupplier nanoTime) {
        List<AeadMeasurement> all = new ArrayList<>();
        candidates.forEach(candidate -> all.addAll(candidate.figures()));
        if (!all.isEmpty()) {
            AeadMeasurement.takeTurns(all, DISCOVERY_BUDGET_NANOS, nanoTime);
            all.forEach(AeadMeasurement::close);
        }
    }

    private static String refusal(String name, String reason, Map<String, Loader> loaders) {
        StringJoiner usable = new StringJoiner(", ");
        StringBuilder others = new StringBuilder();
        loaders.forEach(
                (other, loader) -> {
                    if (!other.equals(name)) {
                        try {
                            openAndTest(loader);
                            usable.add(other);
                        } catch (ProviderUnavailableException e) {
                            others.append("; " + other + " neither: " + e.getMessage());
                        }
                    }
                });
        return "crypto provider \""
                + name
                + "\" cannot be used: "
                + reason
                + "; usable here: "
                + usable
                + others;
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
     * Nanoseconds that the chosen provider takes to seal 1420 bytes of a long packet; not a number
     * if there is none, or if it is written in Java: that would be measured in the interpreter, a
     * factor of 20 off.
     */
    public double nanosPerPacket(CipherSuite suite) {
        Candidate best = best(suite);
        return best == null ? Double.NaN : best.nanosPerPacket(suite);
    }

    /** AES-256-GCM if it was measured to be faster here, else WireGuard's own suite. */
    public CipherSuite fastestSuite() {
        boolean aes =
                nanosPerPacket(CipherSuite.AES_256_GCM)
                        < nanosPerPacket(CipherSuite.CHACHA20_POLY1305);
        return aes ? CipherSuite.AES_256_GCM : CipherSuite.CHACHA20_POLY1305;
    }

    /** Which providers were skipped, and why: lines for the log, "openssl: reason". */
    public List<String> skipped() {
        List<String> lines = new ArrayList<>();
        skipped.forEach((name, reason) -> lines.add(name + ": " + reason));
        return lines;
    }

    /**
     * The choice in one line: {@code "ipsec-mb 1.3.0 (chacha20-poly1305 390 ns, aes-256-gcm 120 ns
     * per 1420 bytes)"}.
     */
    public String description() {
        Map<String, StringJoiner> chosen = new LinkedHashMap<>();
        for (CipherSuite suite : CipherSuite.values()) {
            Candidate best = best(suite);
            if (best != null) {
                double nanos = best.nanosPerPacket(suite);
                chosen.computeIfAbsent(best.provider().name(), name -> line(best))
                        .add(
                                Double.isNaN(nanos)
                                        ? suite.text()
                                        : suite.text() + " " + Math.round(nanos) + " ns");
            }
        }
        StringJoiner line = new StringJoiner("; ");
        chosen.values().forEach(part -> line.add(part.toString()));
        return line.toString();
    }

    private static StringJoiner line(Candidate candidate) {
        return new StringJoiner(
                ", ",
                candidate.provider().name() + " " + candidate.provider().version() + " (",
                candidate.figures().isEmpty() ? ")" : " per " + FULL_PACKET_BYTES + " bytes)");
    }

    /** The first that has the suite, unless a later one is clearly faster. */
    private Candidate best(CipherSuite suite) {
        Candidate best = null;
        for (Candidate candidate : candidates) {
            if (candidate.suites().contains(suite)
                    && (best == null
                            || WINNING_FACTOR * candidate.nanosPerPacket(suite)
                                    < best.nanosPerPacket(suite))) {
                best = candidate;
            }
        }
        return best;
    }
}
