package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code sendmmsg} for one thread. */
final class LinuxUdpSender implements UdpSender {
    private static final int DONTWAIT = Linux.MSG_DONTWAIT() | Linux.MSG_NOSIGNAL();

    private final Libc libc;
    private final int fd;
    private final boolean ipv6;
    private final MessageHeaders headers;
    private final AtomicBoolean errorsSeen;

    LinuxUdpSender(Arena arena, int fd, boolean ipv6, AtomicBoolean errorsSeen) {
        libc = Libc.open();
        this.fd = fd;
        this.ipv6 = ipv6;
        this.errorsSeen = errorsSeen;
        headers = new MessageHeaders(arena, TxBatch.MAX_MESSAGES);
    }

    @Override
    public int send(TxBatch batch) {
        int first = batch.sent();
        int count = 0;
        int via = 0;
        for (int i = first; i < batch.messages(); i++, count++) {
            Endpoint to = batch.destination(i);
            if (count == 0) {
                via = to.via();
            } else if (to.via() != via) {
                break;
            }
            if (!ipv6 && !to.isIpv4()) {
                if (count == 0) {
                    return -Errno.EAFNOSUPPORT;
                }
                break;
            }
            int segment = batch.segments(i) > 1 ? batch.segmentSize(i) : 0;
            prepare(count, batch, i, batch.offset(i), batch.length(i), segment);
        }
        return sendMessages(count, via);
    }

    /**
     * The kernel refuses a datagram to tell of an error that another one met before; it takes the
     * same datagram then.
     */
    private int sendMessages(int count, int via) {
        int from = via == 0 ? fd : via;
        int result = 0;
        for (int i = 0; i < ErrorQueue.ATTEMPTS; i++) {
            result = libc.sendmmsg(from, headers.address(0), count, DONTWAIT);
            if (result >= 0 || !ErrorQueue.isAboutEarlierDatagram(-result)) {
                return result;
            }
            errorsSeen.set(true);
        }
        return result;
    }

    @Override
    public int sendSingly(TxBatch batch) {
        int i = batch.sent();
        int size = batch.segmentSize(i);
        int end = batch.length(i);
        int sent = 0;
        int done = 0;
        while (done < end) {
            int count = 0;
            for (; count < TxBatch.MAX_MESSAGES && done < end; count++, done += size) {
                int bytes = Math.min(size, end - done);
                prepare(count, batch, i, batch.offset(i) + done, bytes, 0);
            }
            int result = sendMessages(count, batch.destination(i).via());
            if (result < 0) {
                return sent > 0 ? sent : result;
            }
            sent += result;
            if (result < count) {
                return sent;
            }
        }
        return sent;
    }

    private void prepare(int slot, TxBatch batch, int i, int offset, int length, int seg) {
        Endpoint to = batch.destination(i);
        headers.setData(slot, batch.slab().address() + offset, length);
        int nameLength =
                SocketAddresses.write(headers.addresses(), headers.addressAt(slot), to, ipv6);
        long control = headers.controlAt(slot);
        int used = 0;
        if (to.hasLocal()) {
            used = ControlMessages.writeSource(headers.controls(), control, used, to, ipv6);
        }
        if (seg != 0) {
            used = ControlMessages.writeSegmentSize(headers.controls(), control, used, seg);
        }
        if (batch.ecn(i) != 0) {
            boolean four = to.isIpv4();
            used = ControlMessages.writeTos(headers.controls(), control, used, batch.ecn(i), four);
        }
        if (batch.hops(i) != 0) {
            boolean four = to.isIpv4();
            used =
                    ControlMessages.writeHops(
                            headers.controls(), control, used, batch.hops(i), four);
        }
        headers.setLengths(slot, nameLength, used);
    }
}
