package dev.taltun.simulation;

import dev.taltun.agent.Agent;
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
import dev.taltun.io.udp.RxBatch;
import dev.taltun.metrics.Counters;
import dev.taltun.peer.IndexTable;
import dev.taltun.peer.PeerTable;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** The packet path of a {@link SimNode}: what {@code engine.PacketPath} makes, without devices. */
final class SimPacketPath {
    private static final int READER_BATCHES = 8;
    private static final int CONTROL_BATCHES = 4;

    /**
     * @param vips the node's own addresses; none if it has no TUN
     */
    record Parts(
            Arena arena,
            Clock clock,
            SimNode.Options options,
            List<IpPrefix> vips,
            SimSocket socket,
            SimTun tun,
            Offloads offloads,
            Counters counters,
            ControlPort port,
            IndexTable indices,
            PeerTable peers) {}

    private final Parts parts;
    private final SimNode.Options options;
    private final List<Agent> agents = new ArrayList<>();
    private final List<UdpWriter> writers = new ArrayList<>();
    private final List<Object> poolOwners = new ArrayList<>();

    SimPacketPath(Parts parts) {
        this.parts = parts;
        options = parts.options();
        for (int i = 0; i < options.workers; i++) {
            writers.add(
                    new UdpWriter(
                            "udp" + i,
                            parts.socket().sender(),
                            parts.offloads(),
                            parts.counters().newBlock(),
                            null));
        }
        writers.forEach(writer -> writer.tellRefusals(parts.port()));
        agents.addAll(writers);
        for (int i = 0; i < options.workers; i++) {
            agents.add(outbound(i));
            agents.add(inbound(i));
        }
    }

    /** Each worker's writer; then each worker's two others. */
    List<Agent> agents() {
        return agents;
    }

    /** Whatever has a pool. */
    List<Object> poolOwners() {
        return poolOwners;
    }

    Transmitter controlTransmitter(Counters.Block block) {
        return transmitter(CONTROL_BATCHES, 0, block, false, true);
    }

    private Outbound outbound(int i) {
        Outbound outbound =
                new Outbound(
                        parts.arena(),
                        new Outbound.Parts(
                                "out" + i,
                                parts.tun().reader(i),
                                null,
                                parts.clock(),
                                parts.peers(),
                                sending(i, i, parts.counters().newBlock())));
        poolOwners.add(Pools.sender(outbound));
        return outbound;
    }

    private Inbound inbound(int i) {
        RxBatch batch =
                options.gro
                        ? new RxBatch(parts.arena(), 16, 65_536)
                        : new RxBatch(parts.arena(), 64, 1600);
        Counters.Block block = parts.counters().newBlock();
        int lane = options.workers + i;
        Inbound inbound =
                new Inbound(
                        parts.arena(),
                        new Inbound.Parts(
                                "in" + i,
                                parts.socket().receiver(i),
                                batch,
                                parts.tun().writer(),
                                null,
                                parts.clock(),
                                parts.indices(),
                                parts.peers(),
                                parts.port(),
                                parts.offloads(),
                                block,
                                lane,
                                options.relay ? relay(i, lane, block) : null));
        poolOwners.add(inbound);
        return inbound;
    }

    private Relay relay(int i, int lane, Counters.Block block) {
        Relay relay =
                new Relay(
                        parts.arena(),
                        Forwarding.of(true, false, parts.vips()),
                        sending(i, lane, block));
        poolOwners.add(Pools.sender(relay));
        return relay;
    }

    private PacketSender.Parts sending(int worker, int lane, Counters.Block block) {
        return new PacketSender.Parts(
                parts.port(),
                transmitter(READER_BATCHES, worker, block, true, false),
                parts.offloads(),
                block,
                lane,
                options.mtu,
                options.staged);
    }

    private Transmitter transmitter(
            int batches, int worker, Counters.Block block, boolean direct, boolean urgent) {
        Transmitter transmitter =
                new Transmitter(
                        parts.arena(),
                        batches,
                        parts.socket().sender(),
                        writers.get(worker),
                        parts.offloads(),
                        block,
                        direct,
                        urgent);
        poolOwners.add(transmitter);
        return transmitter;
    }
}
