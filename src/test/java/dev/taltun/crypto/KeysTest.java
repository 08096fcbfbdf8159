package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Base64;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
    @Property
    void everyKeySurvivesBase64AndHex(@ForAll @Size(32) byte[] key) {
        String base64 = Base64.getEncoder().encodeToString(key);
        assertArrayEquals(key, PublicKey.parse(base64).toBytes());
        assertEquals(base64, PublicKey.copyOf(key).toBase64());
        assertArrayEquals(key, PublicKey.parse(Hex.text(key)).toBytes());
        assertArrayEquals(key, PublicKey.parse(Hex.text(key).toUpperCase(Locale.ROOT)).toBytes());
        try (SecretKey secret = SecretKey.parse("  " + base64 + "\n")) {
            assertArrayEquals(key, secret.toBytes());
        }
    }

    @Property
    void anyOtherTextIsRefusedWithoutEchoingIt(@ForAll String text) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> SecretKey.parse(text));
        assertFalse(e.getMessage().contains("\n"));
        assertTrue(text.strip().length() < 8 || !e.getMessage().contains(text.strip()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                            | the key is missing",
                "'   '                                         | the key is missing",
                "abc                                           | too short: 3 characters",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA   | too short: 43 characters",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | wrong length: 45",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  | must end in one '='",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==  | neither base64 nor hex",
                "AAAA*AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=  | neither base64 nor hex (character 5)",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=  | unused bits",
                "hello, world                                  | neither base64 nor hex (character 6)",
            })
    void reasonsNameTheFault(String text, String reason) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> PublicKey.parse(text));
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void missingKeyAndBadHex() {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.parse(null));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> PublicKey.parse("g".repeat(64)));
        assertTrue(e.getMessage().contains("hex digits"));
        assertThrows(IllegalArgumentException.class, () -> PublicKey.copyOf(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> SecretKey.copyOf(new byte[33]));
    }

    @Test
    void closingWipesTheSecret() {
        SecretKey secret = SecretKey.generate();
        MemorySegment memory = secret.segment();
        assertFalse(ConstantTime.isZero(memory.toArray(ValueLayout.JAVA_BYTE)));
        secret.close();
        secret.close();
        assertTrue(ConstantTime.isZero(memory.toArray(ValueLayout.JAVA_BYTE)));
        assertThrows(IllegalStateException.class, secret::toBytes);
        assertThrows(IllegalStateException.class, secret::segment);
    }

    @Test
    void secretsArePrintedByNobody() {
        try (SecretKey secret = SecretKey.generatePreshared()) {
            String hex = Hex.text(secret.toBytes());
            assertFalse(secret.toString().contains(hex.substring(0, 8)));
        }
    }

    @Test
    void publicKeysCompareByValue() {
        try (SecretKey secret = SecretKey.generate()) {
            PublicKey key = X25519.publicKey(secret);
            PublicKey same = PublicKey.parse(key.toString());
            assertEquals(key, same);
            assertEquals(key.hashCode(), same.hashCode());
            assertEquals(0, key.compareTo(same));
            byte[] other = key.toBytes();
            other[31] ^= 1;
            assertNotEquals(key, PublicKey.copyOf(other));
            assertEquals(9, key.abbreviated().length());
            assertTrue(key.toBase64().startsWith(key.abbreviated().substring(0, 4)));
        }
    }

    @Test
    void randomKeysDiffer() {
        byte[] a = new byte[600];
        byte[] b = new byte[600];
        Entropy.fill(a);
        Entropy.fill(b);
        assertFalse(ConstantTime.equal(a, b));
        byte[] tail = java.util.Arrays.copyOfRange(a, 512, 600);
        assertFalse(ConstantTime.isZero(tail));
    }
}
