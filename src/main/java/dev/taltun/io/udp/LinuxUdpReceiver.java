package dev.taltun.io.udp;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.Libc;
import dev.taltun.ffi.ThreadSignal;
import dev.taltun.ffi.linux.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code recvmmsg} for one thread, always into the same batch. */
final class LinuxUdpReceiver implements UdpReceiver {
    private static final int DONTWAIT = Linux.MSG_DONTWAIT();
    private static final int WAIT_FOR_ONE = Linux.MSG_WAITFORONE();
    private static final int TRUNCATED = Linux.MSG_TRUNC();

    private final Libc libc;
    private final int fd;
    private final boolean ipv6;
    private final RxBatch batch;
    private final MessageHeaders headers;
    private final ErrorQueue errors;
    private final AtomicBoolean errorsSeen;

    /**
     * @param errorsSeen whether one of the socket's users came upon an error; shared by all
     */
    LinuxUdpReceiver(Arena arena, int fd, boolean ipv6, RxBatch batch, AtomicBoolean errorsSeen) {
        libc = Libc.open();
        this.fd = fd;
        this.ipv6 = ipv6;
        this.batch = batch;
        this.errorsSeen = errorsSeen;
        errors = new ErrorQueue(arena, libc, fd, ipv6);
        headers = new MessageHeaders(arena, batch.slots());
        for (int i = 0; i < batch.slots(); i++) {
            headers.setData(i, batch.slab().address() + batch.offset(i), batch.slotBytes());
            rearm(i);
        }
    }

    private void rearm(int i) {
        headers.setLengths(i, SocketAddresses.BYTES, MessageHeaders.CONTROL_BYTES);
    }

    @Override
    public int receive(RxBatch into) {
        assert into == batch : "a receiver fills the batch it was made for";
        return receive(fd, 0, DONTWAIT);
    }

    @Override
    public boolean canAwait() {
        return ThreadSignal.isSupported();
    }

    @Override
    public int await(RxBatch into) {
        assert into == batch : "a receiver fills the batch it was made for";
        int count = receive(fd, 0, WAIT_FOR_ONE);
        if (count == 0) {
            // The time is over, or a signal came; or there was an error that a sender met first.
            errorsSeen.set(true);
        }
        return count;
    }

    /**
     * Receives from a descriptor.
     *
     * @param via what endpoints are to say of it
     */
    int receive(int from, int via) {
        return receive(from, via, DONTWAIT);
    }

    private int receive(int from, int via, int flags) {
        batch.reset(via);
        int count = receiveMessages(from, flags);
        if (count <= 0) {
            return count == -Errno.EAGAIN || count == -Errno.EINTR ? 0 : count;
        }
        MemorySegment addresses = headers.addresses();
        for (int i = 0; i < count; i++) {
            long at = headers.addressAt(i);
            batch.sourceHigh[i] = SocketAddresses.high(addresses, at, ipv6);
            batch.sourceLow[i] = SocketAddresses.low(addresses, at, ipv6);
            batch.sourcePort[i] = SocketAddresses.port(addresses, at);
            batch.sourceScope[i] = SocketAddresses.scope(addresses, at, ipv6);
            int segment =
                    ControlMessages.read(
                            headers.controls(),
                            headers.controlAt(i),
                            headers.controlLength(i),
                            batch,
                            i);
            int length = headers.received(i);
            boolean cut = (headers.flags(i) & TRUNCATED) != 0;
            batch.add(length, segment > 0 ? segment : length, cut);
            rearm(i);
        }
        return count;
    }

    /** An error that an earlier datagram met comes in place of what has arrived, once. */
    private int receiveMessages(int from, int flags) {
        int count = 0;
        for (int i = 0; i < ErrorQueue.ATTEMPTS; i++) {
            count = libc.recvmmsg(from, headers.address(0), batch.slots(), flags, 0);
            if (count >= 0 || !ErrorQueue.isAboutEarlierDatagram(-count)) {
                return count;
            }
            errorsSeen.set(true);
            if (flags == WAIT_FOR_ONE) {
                // It is to be looked at before there is any more sleep.
                return 0;
            }
        }
        return 0;
    }

    @Override
    public boolean hasErrors() {
        return errorsSeen.getOpaque();
    }

    @Override
    public void expectErrors() {
        errorsSeen.set(true);
    }

    @Override
    public boolean nextError(UdpError into) {
        // Before the look, so that what comes after it is seen by the next.
        errorsSeen.set(false);
        boolean found = errors.next(into);
        if (found) {
            errorsSeen.set(true);
        }
        return found;
    }
}
