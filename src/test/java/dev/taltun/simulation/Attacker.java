package dev.taltun.simulation;

import dev.taltun.crypto.Blake2s;
import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Somebody who sees all datagrams and knows all public keys, but no secret. */
final class Attacker {
    private static final int INITIATION = 148;
    private static final int MAC_BYTES = 16;

    private final Simulation simulation;
    private final Random random;
    private int flood;

    Attacker(Simulation simulation) {
        this.simulation = simulation;
        random = simulation.newRandom();
    }

    /** An address that nobody has. */
    Endpoint anywhere() {
        return simulation.outer(10_000 + random.nextInt(50_000), 1 + random.nextInt(65_535));
    }

    /** An initiation of random bytes that looks right to whoever checks no more than mac1. */
    byte[] initiationWithMac1(PublicKey receiver) {
        byte[] message = new byte[INITIATION];
        random.nextBytes(message);
        ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 1);
        byte[] key =
                Blake2s.hash("mac1----".getBytes(StandardCharsets.US_ASCII), receiver.toBytes());
        int marked = INITIATION - 2 * MAC_BYTES;
        byte[] mac1 = Blake2s.keyed(key, MAC_BYTES, Arrays.copyOf(message, marked));
        System.arraycopy(mac1, 0, message, marked, MAC_BYTES);
        Arrays.fill(message, INITIATION - MAC_BYTES, INITIATION, (byte) 0);
        return message;
    }

    /** From now on that many initiations a second with a valid mac1, each from elsewhere. */
    void flood(SimNode victim, int perSecond) {
        flood(victim, SimClock.SECOND / perSecond, ++flood);
    }

    private void flood(SimNode victim, long every, int mine) {
        if (mine == flood) {
            simulation
                    .network()
                    .inject(
                            anywhere(),
                            victim.address(),
                            initiationWithMac1(victim.identity().publicKey()));
            simulation.after(every, () -> flood(victim, every, mine));
        }
    }

    void endFlood() {
        flood++;
    }

    /** Bytes of any length that begin like some message, or do not. */
    byte[] noise() {
        int[] lengths = {0, 1, 3, 4, 15, 16, 31, 32, 33, 64, 92, 148, 200, 1452, 1600, 3000};
        int length =
                random.nextBoolean()
                        ? lengths[random.nextInt(lengths.length)]
                        : random.nextInt(2000);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (length > 0 && random.nextInt(4) != 0) {
            bytes[0] = (byte) random.nextInt(6);
            Arrays.fill(bytes, 1, Math.min(4, length), (byte) 0);
        }
        return bytes;
    }

    /** A recorded datagram with something about it changed. */
    byte[] altered(byte[] original) {
        byte[] bytes = Arrays.copyOf(original, original.length);
        switch (random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
            default -> {
                // Another counter or index, if it is data.
                int at = 4 + random.nextInt(12);
                bytes[at] = (byte) random.nextInt(256);
                bytes[bytes.length - 1] ^= 1;
            }
        }
        return bytes;
    }
}
