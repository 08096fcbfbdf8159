package dev.taltun.noise;

import dev.taltun.crypto.Blake2sMac;
import dev.taltun.crypto.PublicKey;
import java.lang.foreign.MemorySegment;

/**
 * Checks that the sender of a handshake message knows our public key; without that we stay silent
 * (WireGuard paper, sections 5.3 and 5.4.4). Belongs to one thread; never allocates after it was
 * made.
 */
public final class Mac1Checker {
    private final Blake2sMac mac;

    /**
     * @param local our public key, to which messages are addressed
     */
    public Mac1Checker(PublicKey local) {
        mac = new Blake2sMac(Macs.mac1Key(local));
    }

    /** True if mac1 of an initiation or response of checked length is right. */
    public boolean check(MemorySegment segment, long offset, int length) {
        int marked = Macs.mac1Offset(length);
        return mac.verify(segment, offset, marked, offset + marked);
    }
}
