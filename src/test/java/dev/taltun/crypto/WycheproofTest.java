package dev.taltun.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * The vectors of Project Wycheproof (github.com/C2SP/wycheproof), which collect the mistakes that
 * others have made. They are not part of this repository: they are looked for where Debian's
 * package golang-github-c2sp-wycheproof-dev has them (from Debian 14 on), or {@code
 * -Dtaltun.wycheproof=DIRECTORY} names a copy of {@code testvectors_v1}.
 */
@EnabledIf(value = "isThere", disabledReason = "needs golang-github-c2sp-wycheproof-dev")
class WycheproofTest {
    private static final Path FOLDER =
            Path.of(
                    System.getProperty(
                            "taltun.wycheproof",
                            "/usr/share/gocode/src/github.com/c2sp/wycheproof/testvectors_v1"));

    private static final Pattern CASE = Pattern.compile("\\{[^{}]*\"tcId\"[^{}]*\\}");
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\": *\"([^\"]*)\"");

    static boolean isThere() {
        return Files.isDirectory(FOLDER);
    }

    private static int forEach(String file, Consumer<Map<String, String>> check)
            throws IOException {
        String json = Files.readString(FOLDER.resolve(file));
        Matcher matcher = CASE.matcher(json);
        int count = 0;
        while (matcher.find()) {
            Map<String, String> fields = new HashMap<>();
            FIELD.matcher(matcher.group())
                    .results()
                    .forEach(m -> fields.put(m.group(1), m.group(2)));
            check.accept(fields);
            count++;
        }
        return count;
    }

    private static byte[] bytes(Map<String, String> fields, String name) {
        return Hex.bytes(fields.get(name));
    }

    private static byte[] sealed(Map<String, String> fields) {
        return Hex.bytes(fields.get("ct") + fields.get("tag"));
    }

    @Test
    void x25519() throws IOException {
        int count =
                forEach(
                        "x25519_test.json",
                        fields -> {
                            byte[] shared = new byte[32];
                            boolean usable =
                                    X25519.agree(
                                            bytes(fields, "private"),
                                            bytes(fields, "public"),
                                            shared);
                            assertArrayEquals(bytes(fields, "shared"), shared, fields.toString());
                            assertEquals(!ConstantTime.isZero(shared), usable);
                        });
        assertTrue(count > 500, "found " + count);
    }

    @Test
    void chacha20Poly1305() throws IOException {
        int count =
                forEach(
                        "chacha20_poly1305_test.json",
                        fields -> {
                            byte[] iv = bytes(fields, "iv");
                            if (iv.length == 12) {
                                chacha(fields, iv);
                                byte[] key = bytes(fields, "key");
                                // Some collections have none: providers agree with each other.
                                withProviders(fields, CipherSuite.CHACHA20_POLY1305, key, iv);
                            }
                        });
        assertTrue(count > 300, "found " + count);
    }

    private static void chacha(Map<String, String> fields, byte[] iv) {
        ByteBuffer words = ByteBuffer.wrap(iv).order(ByteOrder.LITTLE_ENDIAN);
        int[] nonce = {words.getInt(), words.getInt(), words.getInt()};
        byte[] key = bytes(fields, "key");
        byte[] aad = bytes(fields, "aad");
        byte[] opened = HandshakeAead.chachaOpen(key, nonce, sealed(fields), aad);
        if (fields.get("result").equals("valid")) {
            assertArrayEquals(bytes(fields, "msg"), opened, fields.toString());
            assertArrayEquals(
                    sealed(fields),
                    HandshakeAead.chachaSeal(key, nonce, bytes(fields, "msg"), aad));
        } else {
            assertNull(opened, fields.toString());
        }
    }

    @Test
    void xchacha20Poly1305() throws IOException {
        int count =
                forEach(
                        "xchacha20_poly1305_test.json",
                        fields -> {
                            byte[] iv = bytes(fields, "iv");
                            if (iv.length != HandshakeAead.XNONCE_BYTES) {
                                return;
                            }
                            byte[] opened =
                                    HandshakeAead.xopen(
                                            bytes(fields, "key"),
                                            iv,
                                            sealed(fields),
                                            bytes(fields, "aad"));
                            if (fields.get("result").equals("valid")) {
                                assertArrayEquals(bytes(fields, "msg"), opened);
                            } else {
                                assertNull(opened, fields.toString());
                            }
                        });
        assertTrue(count > 250, "found " + count);
    }

    @Test
    void aes256Gcm() throws IOException {
        int[] checked = {0};
        int[] providers = {0};
        forEach(
                "aes_gcm_test.json",
                fields -> {
                    byte[] key = bytes(fields, "key");
                    byte[] iv = bytes(fields, "iv");
                    byte[] sealed = sealed(fields);
                    if (key.length != 32 || iv.length != 12) {
                        return;
                    }
                    checked[0]++;
                    byte[] opened = HandshakeAead.gcm(false, key, iv, sealed, bytes(fields, "aad"));
                    if (fields.get("result").equals("valid")) {
                        assertArrayEquals(bytes(fields, "msg"), opened, fields.toString());
                    } else {
                        assertNull(opened, fields.toString());
                    }
                    providers[0] += withProviders(fields, CipherSuite.AES_256_GCM, key, iv) ? 1 : 0;
                });
        assertTrue(checked[0] > 50, "found " + checked[0]);
        assertTrue(providers[0] > 0, "none has a nonce of the transport's form");
    }

    /**
     * The providers themselves, for the few vectors with a nonce of the transport's form.
     *
     * @return whether this is one
     */
    private static boolean withProviders(
            Map<String, String> fields, CipherSuite suite, byte[] key, byte[] iv) {
        if (!fields.get("aad").isEmpty() || !Arrays.equals(iv, 0, 4, new byte[4], 0, 4)) {
            return false;
        }
        long counter = ByteBuffer.wrap(iv).order(ByteOrder.LITTLE_ENDIAN).getLong(4);
        byte[] plain = bytes(fields, "msg");
        boolean valid = fields.get("result").equals("valid");
        for (AeadProvider provider : Providers.available()) {
            if (provider.supports(suite)) {
                String which = provider.name() + " " + fields;
                assertArrayEquals(
                        valid ? plain : null,
                        Transport.open(provider, suite, key, counter, sealed(fields)),
                        which);
                if (valid) {
                    assertArrayEquals(
                            sealed(fields),
                            Transport.seal(provider, suite, key, counter, plain),
                            which);
                }
            }
        }
        return true;
    }
}
