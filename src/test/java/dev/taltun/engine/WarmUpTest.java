package dev.taltun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.taltun.agent.SystemClock;
import dev.taltun.crypto.AeadProviders;
import dev.taltun.crypto.CipherSuite;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the warm-up sends to itself must arrive, or it teaches the compiler the wrong things. */
class WarmUpTest {
    private static final int ROUNDS = 32;
    private static final int MTU = 1420;

    /** Packets of 16 rounds: super-packets of 47, 46 and 48 segments, and the small ones. */
    private static final int PACKETS_OF_16 = 14 * 47 + 48 + 46 + 16 + 2 * 4;

    @ParameterizedTest
    @CsvSource({"false,true,true", "true,true,true", "false,false,false"})
    void everyPacketArrives(boolean ipv6, boolean gso, boolean gro) throws Exception {
        AeadProviders aead = AeadProviders.discover(null, System::nanoTime);
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        WarmUp warmUp =
                new WarmUp(
                        new WarmUp.Parts(
                                new SystemClock(),
                                ROUNDS,
                                0,
                                MTU,
                                List.of(CipherSuite.CHACHA20_POLY1305, CipherSuite.AES_256_GCM),
                                (suite, key) -> aead.choose(suite).newKey(suite, key, 1),
                                () -> 0,
                                ipv6,
                                gso,
                                gro),
                        logTo(lines));
        warmUp.start();
        String told = lines.poll(30, TimeUnit.SECONDS);
        warmUp.end();
        String packets = told.replaceAll(".* (\\d+) packets.*", "$1");
        assertEquals(String.valueOf(ROUNDS / 16 * PACKETS_OF_16), packets, told);
        assertEquals(List.of(), List.copyOf(lines), "problems afterwards");
    }

    private static EngineLog logTo(BlockingQueue<String> lines) {
        return new EngineLog() {
            @Override
            public void info(String line) {
                lines.add(line);
            }

            @Override
            public void warn(String line) {
                lines.add(line);
            }

            @Override
            public void debug(String line) {
                lines.add(line);
            }
        };
    }
}
