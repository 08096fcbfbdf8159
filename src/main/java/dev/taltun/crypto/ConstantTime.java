package dev.taltun.crypto;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Handling of secret bytes whose duration does not depend on their values. */
public final class ConstantTime {
    private ConstantTime() {}

    /** True if both have the same length and bytes. Only the lengths influence the duration. */
    public static boolean equal(byte[] a, byte[] b) {
        if (a.length != b.length) {
            return false;
        }
        int difference = 0;
        for (int i = 0; i < a.length; i++) {
            difference |= a[i] ^ b[i];
        }
        return difference == 0;
    }

    /** True if every byte is zero; looks at all of them whatever they hold. */
    public static boolean isZero(byte[] bytes) {
        int seen = 0;
        for (byte b : bytes) {
            seen |= b;
        }
        return seen == 0;
    }

    /** True if the 16 bytes (an AEAD tag) at the two places are the same. */
    static boolean equal16(MemorySegment a, long aOffset, MemorySegment b, long bOffset) {
        long difference =
                a.get(ValueLayout.JAVA_LONG_UNALIGNED, aOffset)
                        ^ b.get(ValueLayout.JAVA_LONG_UNALIGNED, bOffset);
        difference |=
                a.get(ValueLayout.JAVA_LONG_UNALIGNED, aOffset + Long.BYTES)
                        ^ b.get(ValueLayout.JAVA_LONG_UNALIGNED, bOffset + Long.BYTES);
        return difference == 0;
    }

    /** Overwrites the array with zeros. Null is fine: clean-up code need not ask. */
    public static void wipe(byte[] secret) {
        if (secret != null) {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** Overwrites each array with zeros. */
    public static void wipe(byte[]... secrets) {
        for (byte[] secret : secrets) {
            wipe(secret);
        }
    }
}
