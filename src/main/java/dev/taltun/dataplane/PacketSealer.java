package dev.taltun.dataplane;

import dev.taltun.io.udp.Endpoint;
import dev.taltun.io.udp.TxBatch;
import dev.taltun.memory.Layouts;
import dev.taltun.noise.Session;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.TransportData;
import java.lang.foreign.MemorySegment;

/**
 * Turns inner packets into transport messages at the end of a {@link TxBatch}.
 *
 * <pre>
 *   buffer:            | inner packet | padding |        (padding is lent and given back)
 *                              seal: one pass
 *   slab:    | header 16 | ciphertext           | tag 16 |
 * </pre>
 *
 * <p>Belongs to one thread, and to its AEAD lane.
 */
public final class PacketSealer {
    private final int lane;
    private final int mtu;

    /**
     * @param lane the thread's lane of every AEAD key
     * @param mtu of the TUN device: padding never goes beyond it
     */
    public PacketSealer(int lane, int mtu) {
        this.lane = lane;
        this.mtu = mtu;
    }

    /** Bytes that an inner packet of this length takes in a batch. */
    public int sealedLength(int length) {
        return TransportData.OVERHEAD_BYTES + length + Limits.padding(length, mtu);
    }

    /**
     * Seals one packet into the batch, which must have room for {@link #sealedLength}.
     *
     * @param buffer holds the packet, and 16 writable bytes behind it that end up unchanged
     * @param length of the packet; 0 makes a keepalive
     * @return bytes of the message, or 0 when the session's counters are used up
     */
    public int seal(
            Session session,
            MemorySegment buffer,
            long offset,
            int length,
            TxBatch batch,
            Endpoint to,
            int maxSegments) {
        long counter = session.reserveCounters(1);
        if (counter == Session.EXHAUSTED) {
            return 0;
        }
        int padding = Limits.padding(length, mtu);
        MemorySegment slab = batch.slab();
        int at = batch.tail();
        int suite = session.suite().id();
        TransportData.putHeader(slab, at, suite, session.remoteIndex(), counter);
        int body = at + TransportData.HEADER_BYTES;
        if (padding == 0) {
            session.sendKey().seal(lane, counter, buffer, offset, slab, body, length);
        } else {
            long end = offset + length;
            long high = buffer.get(Layouts.NATIVE_LONG, end);
            long low = buffer.get(Layouts.NATIVE_LONG, end + 8);
            buffer.set(Layouts.NATIVE_LONG, end, 0);
            buffer.set(Layouts.NATIVE_LONG, end + 8, 0);
            session.sendKey().seal(lane, counter, buffer, offset, slab, body, length + padding);
            buffer.set(Layouts.NATIVE_LONG, end, high);
            buffer.set(Layouts.NATIVE_LONG, end + 8, low);
        }
        int bytes = length + padding + TransportData.OVERHEAD_BYTES;
        int mark = length == 0 || !Ecn.isSafe(session) ? 0 : Ecn.of(buffer, offset);
        batch.append(bytes, to, maxSegments, mark);
        return bytes;
    }
}
