package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One packet with a key of its own, over arrays: what vectors need of a provider. */
final class Transport {
    private Transport() {}

    /** Ciphertext and tag. */
    static byte[] seal(
            AeadProvider provider, CipherSuite suite, byte[] key, long counter, byte[] plain) {
        try (Arena arena = Arena.ofConfined();
                AeadKey aead = provider.newKey(suite, key, 1)) {
            MemorySegment packet = arena.allocate(plain.length + AeadKey.TAG_BYTES);
            MemorySegment.copy(plain, 0, packet, ValueLayout.JAVA_BYTE, 0, plain.length);
            aead.seal(0, counter, packet, 0, packet, 0, plain.length);
            return packet.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** The plaintext; null if it is not authentic. */
    static byte[] open(
            AeadProvider provider, CipherSuite suite, byte[] key, long counter, byte[] sealed) {
        try (Arena arena = Arena.ofConfined();
                AeadKey aead = provider.newKey(suite, key, 1)) {
            MemorySegment packet = arena.allocateFrom(ValueLayout.JAVA_BYTE, sealed);
            boolean authentic = aead.open(0, counter, packet, 0, packet, 0, sealed.length);
            int length = sealed.length - AeadKey.TAG_BYTES;
            return authentic ? packet.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE) : null;
        }
    }
}
