package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AeadProvidersTest {
    private static final String NO_LIBRARY = "libtaltun-has-no-such-library.so.9";
    private static final CipherSuite CHACHA = CipherSuite.CHACHA20_POLY1305;
    private static final CipherSuite AES = CipherSuite.AES_256_GCM;

    private static Map<String, AeadProviders.Loader> loaders() {
        return new LinkedHashMap<>(AeadProviders.loaders());
    }

    @Test
    void everyMachineHasAProviderForEverySuite() {
        AeadProviders providers = AeadProviders.discover(null, System::nanoTime);
        for (CipherSuite suite : CipherSuite.values()) {
            assertTrue(providers.has(suite));
            assertTrue(providers.choose(suite).supports(suite));
            assertFalse(providers.nanosPerPacket(suite) <= 0);
            assertTrue(providers.description().contains(suite.text()));
        }
        assertTrue(providers.has(providers.fastestSuite()));
    }

    @Test
    void missingLibrariesFallBackToTheJdk() {
        Map<String, AeadProviders.Loader> loaders = loaders();
        loaders.put("ipsec-mb", () -> IpsecMbProvider.open(NO_LIBRARY, NO_LIBRARY));
        loaders.put("openssl", () -> OpenSslProvider.open(NO_LIBRARY));
        AeadProviders providers = AeadProviders.discover(loaders, null, System::nanoTime);
        assertEquals("jdk", providers.choose(CHACHA).name());
        assertEquals("jdk", providers.choose(AES).name());
        assertTrue(
                providers.description().matches("jdk \\d+ \\(chacha20-poly1305, aes-256-gcm\\)"));
        assertEquals(CHACHA, providers.fastestSuite());
        String reason = NO_LIBRARY + " is not installed";
        assertEquals(
                List.of("ipsec-mb: " + reason + ", " + reason, "openssl: " + reason),
                providers.skipped());
    }

    @Test
    void librariesWithoutTheFunctionsAreSkipped() {
        Map<String, AeadProviders.Loader> loaders = loaders();
        loaders.put("ipsec-mb", () -> IpsecMbProvider.open("libc.so.6"));
        loaders.put("openssl", () -> OpenSslProvider.open("libc.so.6"));
        AeadProviders providers = AeadProviders.discover(loaders, null, System::nanoTime);
        assertEquals("jdk", providers.choose(AES).name());
        assertTrue(
                providers.skipped().getFirst().contains("lacks imb_get_version_str()"),
                providers.skipped().toString());
    }

    @Test
    void onlyKnownVersionsOfIpsecMbHaveALayout() {
        assertEquals(1024, IpsecMb.jobsOffset(0x10300));
        assertEquals(1112, IpsecMb.jobsOffset(0x20002));
        for (int unknown : new int[] {0, 0x10000, 0x10100, 0x10600, 0x20100, 0x30000, -1}) {
            assertEquals(-1, IpsecMb.jobsOffset(unknown), Integer.toHexString(unknown));
        }
    }

    @Test
    void aProviderThatMiscalculatesIsSkipped() {
        for (Fault fault : List.of(Fault.WRONG_TAG, Fault.OPENS_FORGERIES, Fault.OPENS_NOTHING)) {
            Map<String, AeadProviders.Loader> loaders = new LinkedHashMap<>();
            loaders.put("openssl", () -> new Faulty(fault));
            loaders.put("jdk", JdkProvider::new);
            AeadProviders providers = AeadProviders.discover(loaders, null, System::nanoTime);
            assertInstanceOf(JdkProvider.class, providers.choose(CHACHA), fault.name());
            assertEquals(
                    List.of("openssl: it failed the self-test of chacha20-poly1305"),
                    providers.skipped());
        }
    }

    @Test
    void aProviderThatThrowsIsSkipped() {
        Map<String, AeadProviders.Loader> loaders = new LinkedHashMap<>();
        loaders.put("openssl", () -> new Faulty(Fault.THROWS));
        loaders.put("ipsec-mb", () -> IpsecMbProvider.open(NO_LIBRARY));
        loaders.put("jdk", JdkProvider::new);
        String reason = "it failed when tried: it refused to seal a packet";
        AeadProviders providers = AeadProviders.discover(loaders, null, System::nanoTime);
        assertInstanceOf(JdkProvider.class, providers.choose(CHACHA));
        assertEquals("openssl: " + reason, providers.skipped().getFirst());
        for (String forced : List.of("openssl", "ipsec-mb")) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> AeadProviders.discover(loaders, forced, System::nanoTime));
            assertTrue(e.getMessage().contains(reason), e.getMessage());
            assertTrue(e.getMessage().contains("usable here: jdk"), e.getMessage());
        }
    }

    @Test
    void aSuiteThatOneLacksComesFromTheNext() {
        Map<String, AeadProviders.Loader> loaders = new LinkedHashMap<>();
        loaders.put("openssl", () -> new Faulty(Fault.ONLY_AES));
        loaders.put("jdk", JdkProvider::new);
        AeadProviders providers = AeadProviders.discover(loaders, null, System::nanoTime);
        assertEquals("jdk", providers.choose(CHACHA).name());
        AeadProviders forced = AeadProviders.discover(loaders, "openssl", System::nanoTime);
        assertFalse(forced.has(CHACHA));
        assertTrue(Double.isNaN(forced.nanosPerPacket(CHACHA)));
        assertEquals(CHACHA, forced.fastestSuite());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> forced.choose(CHACHA));
        assertTrue(e.getMessage().contains("has no chacha20-poly1305"), e.getMessage());
    }

    /** OpenSSL must be faster by half to displace IPsec-MB; AES must only be faster. */
    @Test
    void theClearlyFasterOneWins() {
        assertEquals("ipsec-mb", chosen(1000, 1000, AES));
        assertEquals("ipsec-mb", chosen(1000, 700, AES));
        assertEquals("openssl", chosen(1000, 600, AES));
        assertEquals("ipsec-mb", chosen(1000, 600, CHACHA));
    }

    private static String chosen(long ipsecMbNanos, long openSslAesNanos, CipherSuite suite) {
        long[] now = {0};
        Map<String, AeadProviders.Loader> loaders = new LinkedHashMap<>();
        loaders.put("ipsec-mb", () -> new Timed("ipsec-mb", now, ipsecMbNanos, ipsecMbNanos));
        loaders.put("openssl", () -> new Timed("openssl", now, ipsecMbNanos, openSslAesNanos));
        AeadProviders providers = AeadProviders.discover(loaders, null, () -> now[0] += 10);
        boolean aesIsFaster = openSslAesNanos < 667;
        assertEquals(aesIsFaster ? AES : CHACHA, providers.fastestSuite());
        return providers.choose(suite).name();
    }

    @Test
    void forcingTakesThatOneOnly() {
        AeadProviders providers = AeadProviders.discover("bouncycastle", System::nanoTime);
        assertEquals("bouncycastle", providers.choose(CHACHA).name());
        assertEquals("bouncycastle", providers.choose(AES).name());
        assertEquals(List.of(), providers.skipped());
    }

    @Test
    void forcingTheImpossibleSaysWhatIsPossible() {
        IllegalArgumentException unknown =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> AeadProviders.discover("boringssl", System::nanoTime));
        assertEquals(
                "there is no crypto provider \"boringssl\"; choose one of ipsec-mb, openssl, jdk,"
                        + " bouncycastle",
                unknown.getMessage());

        Map<String, AeadProviders.Loader> loaders = loaders();
        loaders.put("ipsec-mb", () -> IpsecMbProvider.open(NO_LIBRARY));
        loaders.put("openssl", () -> OpenSslProvider.open("libc.so.6"));
        IllegalArgumentException missing =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> AeadProviders.discover(loaders, "ipsec-mb", System::nanoTime));
        assertEquals(
                "crypto provider \"ipsec-mb\" cannot be used: "
                        + NO_LIBRARY
                        + " is not installed; usable here: jdk, bouncycastle; openssl neither:"
                        + " libc.so.6 lacks OpenSSL_version()",
                missing.getMessage());
    }

    @Test
    void theSurveyNamesAllOfThem() {
        List<AeadSurvey.Report> reports = AeadSurvey.run(System::nanoTime);
        assertEquals(
                List.of("ipsec-mb", "openssl", "jdk", "bouncycastle"),
                reports.stream().map(AeadSurvey.Report::name).toList());
        for (AeadSurvey.Report report : reports) {
            assertEquals(report.version() == null, report.unavailableBecause() != null);
            report.nanos().values().forEach(n -> assertEquals(AeadSurvey.LENGTHS.size(), n.size()));
        }
    }

    private enum Fault {
        WRONG_TAG,
        OPENS_FORGERIES,
        OPENS_NOTHING,
        ONLY_AES,
        THROWS
    }

    /** A provider with one thing wrong. */
    private record Faulty(Fault fault) implements AeadProvider {
        @Override
        public String name() {
            return "openssl";
        }

        @Override
        public String version() {
            return "0";
        }

        @Override
        public boolean supports(CipherSuite suite) {
            return fault != Fault.ONLY_AES || suite == AES;
        }

        @Override
        public AeadKey newKey(CipherSuite suite, byte[] key, int lanes) {
            return new FaultyKey(fault, new BouncyCastleProvider().newKey(suite, key, lanes));
        }
    }

    private record FaultyKey(Fault fault, AeadKey sound) implements AeadKey {
        @Override
        public void seal(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            if (fault == Fault.THROWS) {
                throw new IllegalStateException("it refused to seal a packet");
            }
            sound.seal(lane, counter, src, srcOff, dst, dstOff, len);
            if (fault == Fault.WRONG_TAG) {
                dst.set(ValueLayout.JAVA_BYTE, dstOff + len, (byte) 0);
            }
        }

        @Override
        public boolean open(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            boolean authentic = sound.open(lane, counter, src, srcOff, dst, dstOff, len);
            return switch (fault) {
                case OPENS_FORGERIES -> true;
                case OPENS_NOTHING -> false;
                default -> authentic;
            };
        }

        @Override
        public void close() {
            sound.close();
        }
    }

    /** A provider that takes a known time for each packet, on a clock of the test's own. */
    private record Timed(String name, long[] now, long chachaNanos, long aesNanos)
            implements AeadProvider {
        @Override
        public String version() {
            return "0";
        }

        @Override
        public boolean supports(CipherSuite suite) {
            return true;
        }

        @Override
        public AeadKey newKey(CipherSuite suite, byte[] key, int lanes) {
            AeadKey sound = new JdkProvider().newKey(suite, key, lanes);
            return new TimedKey(sound, now, 10_000 * (suite == AES ? aesNanos : chachaNanos));
        }
    }

    private record TimedKey(AeadKey sound, long[] now, long nanos) implements AeadKey {
        @Override
        public void seal(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            now[0] += nanos;
            sound.seal(lane, counter, src, srcOff, dst, dstOff, len);
        }

        @Override
        public boolean open(
                int lane,
                long counter,
                MemorySegment src,
                long srcOff,
                MemorySegment dst,
                long dstOff,
                int len) {
            return sound.open(lane, counter, src, srcOff, dst, dstOff, len);
        }

        @Override
        public void close() {
            sound.close();
        }
    }
}
