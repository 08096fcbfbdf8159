package dev.taltun.engine;

import dev.taltun.agent.Clock;
import dev.taltun.dataplane.ControlPort;
import dev.taltun.dataplane.Forwarding;
import dev.taltun.dataplane.Inbound;
import dev.taltun.dataplane.Offloads;
import dev.taltun.dataplane.Outbound;
import dev.taltun.dataplane.PacketSender;
import dev.taltun.dataplane.Relay;
import dev.taltun.dataplane.Transmitter;
import dev.taltun.dataplane.UdpWriter;
import dev.taltun.io.Poller;
import dev.taltun.io.tun.TunReader;
import dev.taltun.io.tun.TunWriter;
import dev.taltun.io.udp.LinuxUdpSocket;
import dev.taltun.io.udp.RxBatch;
import dev.taltun.io.udp.UdpReceiver;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.PeerTable;
import java.lang.foreign.Arena;
import java.util.function.Function;

/**
 * Wires the agents of one UDP socket: a worker of the engine, or the {@link WarmUp}.
 *
 * <pre>
 *   TUN reader -> outbound -> transmitter --+-> socket
 *                                relay -----+     |
 *                                  ^        `- writer (socket full)
 *   TUN writer <- inbound ---------'              |
 *                     ^---------------------------'
 * </pre>
 *
 * <p>Used by the thread that composes, before any agent starts.
 */
final class PacketPath {
    /**
     * What the sockets of one engine share.
     *
     * @param arena owner of all memory; closed after the last thread has ended
     * @param mtu of the interface
     */
    record Common(
            Arena arena,
            Clock clock,
            Counters counters,
            Offloads offloads,
            ControlPort port,
            IndexTable indices,
            PeerTable peers,
            Forwarding forwarding,
            int mtu) {}

    /**
     * How much memory the path of one socket takes.
     *
     * @param readerBatches of 160 KiB for what comes from TUN
     * @param readerStaged packets from TUN that may wait for handshakes, over all peers
     * @param relayBatches of 160 KiB for what is relayed
     * @param relayStaged relayed packets that may wait for handshakes, over all peers
     * @param slots messages of one receive
     * @param slotBytes size of each of these
     */
    record Room(
            int readerBatches,
            int readerStaged,
            int relayBatches,
            int relayStaged,
            int slots,
            int slotBytes) {}

    private final Common common;
    private final Room room;
    private final LinuxUdpSocket socket;
    private final UdpWriter writer;

    /**
     * @param writerPoller waits until the socket takes more
     */
    PacketPath(
            Common common,
            Room room,
            LinuxUdpSocket socket,
            String writerName,
            Poller writerPoller) {
        this.common = common;
        this.room = room;
        this.socket = socket;
        writer =
                new UdpWriter(
                        writerName,
                        socket.newSender(common.arena()),
                        common.offloads(),
                        common.counters().newBlock(),
                        writerPoller);
        writer.tellRefusals(common.port());
    }

    /** Sends what finds the socket full. */
    UdpWriter writer() {
        return writer;
    }

    /** One producer's way to the socket. */
    private Transmitter transmitter(int batches, Counters.Block block) {
        return transmitter(batches, block, false);
    }

    /** The control agent's way to the socket, ahead of bulk. */
    Transmitter controlTransmitter(int batches, Counters.Block block) {
        return transmitter(batches, block, true);
    }

    private Transmitter transmitter(int batches, Counters.Block block, boolean urgent) {
        return new Transmitter(
                common.arena(),
                batches,
                socket.newSender(common.arena()),
                writer,
                common.offloads(),
                block,
                true,
                urgent);
    }

    /**
     * @param lane of every AEAD key, for this agent alone
     * @param poller of the reader's queue
     */
    Outbound outbound(String name, int lane, TunReader tun, Poller poller) {
        return new Outbound(
                common.arena(),
                new Outbound.Parts(
                        name,
                        tun,
                        poller,
                        common.clock(),
                        common.peers(),
                        sending(
                                lane,
                                room.readerBatches(),
                                room.readerStaged(),
                                common.counters().newBlock())));
    }

    /**
     * @param lane of every AEAD key, for this agent alone
     * @param poller of the socket
     */
    Inbound inbound(String name, int lane, TunWriter tun, Poller poller) {
        return inbound(name, lane, tun, poller, batch -> socket.newReceiver(common.arena(), batch));
    }

    /**
     * As above, for what comes to other sockets.
     *
     * @param receiver makes the one to receive from, into that batch
     */
    Inbound inbound(
            String name,
            int lane,
            TunWriter tun,
            Poller poller,
            Function<RxBatch, UdpReceiver> receiver) {
        Arena arena = common.arena();
        Counters.Block block = common.counters().newBlock();
        RxBatch batch = new RxBatch(arena, room.slots(), room.slotBytes());
        Relay relay =
                new Relay(
                        arena,
                        common.forwarding(),
                        sending(lane, room.relayBatches(), room.relayStaged(), block));
        return new Inbound(
                arena,
                new Inbound.Parts(
                        name,
                        receiver.apply(batch),
                        batch,
                        tun,
                        poller,
                        common.clock(),
                        common.indices(),
                        common.peers(),
                        common.port(),
                        common.offloads(),
                        block,
                        lane,
                        relay));
    }

    private PacketSender.Parts sending(int lane, int batches, int staged, Counters.Block block) {
        return new PacketSender.Parts(
                common.port(),
                transmitter(batches, block),
                common.offloads(),
                block,
                lane,
                common.mtu(),
                staged);
    }
}
