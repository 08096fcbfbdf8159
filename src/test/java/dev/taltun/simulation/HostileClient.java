package dev.taltun.simulation;

import dev.taltun.crypto.PublicKey;
import dev.taltun.io.udp.Endpoint;
import dev.taltun.memory.Layouts;
import dev.taltun.noise.Session;
import dev.taltun.protocol.ControlFrame;
import dev.taltun.protocol.Limits;
import dev.taltun.protocol.PeerUpdate;
import dev.taltun.protocol.Place;
import dev.taltun.protocol.Query;
import dev.taltun.protocol.Register;
import dev.taltun.protocol.TransportData;
import dev.taltun.protocol.Whereabouts;
import dev.taltun.routing.IpPrefix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A member of the network who has gone bad: its sessions are real, what it says in them is whatever
 * it likes, and it may put any source on its datagrams.
 */
final class HostileClient {
    private static final int ROOM = 2048;

    private final Simulation simulation;
    private final SimNode body;
    private final MemorySegment frame = Arena.ofAuto().allocate(ROOM, 16);
    private long spent;
    private int transaction;
    int capabilities = 1;

    /**
     * @param body the engine that shakes hands for it
     */
    HostileClient(Simulation simulation, SimNode body) {
        this.simulation = simulation;
        this.body = body;
    }

    /** Bytes of all datagrams that it sent by itself. */
    long spent() {
        return spent;
    }

    /** Registers with these addresses inside, and at these places. */
    void register(SimNode lighthouse, List<IpPrefix> addresses, List<Endpoint> places) {
        register(lighthouse, addresses, places, body.address());
    }

    /** The same, from wherever. */
    void register(
            SimNode lighthouse, List<IpPrefix> addresses, List<Endpoint> places, Endpoint source) {
        int bytes =
                Register.put(
                        frame, 0, ++transaction, capabilities, addresses.size(), places.size());
        putLists(Register.WHEREABOUTS_OFFSET, addresses, places);
        send(lighthouse, source, bytes);
    }

    /** Asks for somebody, from wherever. */
    void query(SimNode lighthouse, PublicKey key, Endpoint source) {
        Query.put(frame, 0, ++transaction, 0);
        putKey(key, Query.KEY_OFFSET);
        send(lighthouse, source, Query.BYTES);
    }

    /** Says where somebody is, as only lighthouses may. */
    void update(SimNode to, PublicKey about, int flags, int number, List<Endpoint> places) {
        int bytes = PeerUpdate.put(frame, 0, flags, number, 0, places.size());
        putKey(about, PeerUpdate.KEY_OFFSET);
        putLists(PeerUpdate.WHEREABOUTS_OFFSET, List.of(), places);
        send(to, body.address(), bytes);
    }

    /** A frame of any type, or of none, with these bytes behind its header. */
    void frame(SimNode to, int type, int saidLength, byte[] rest) {
        ControlFrame.putHeader(frame, 0, type, saidLength);
        MemorySegment.copy(rest, 0, frame, Layouts.BYTE, ControlFrame.HEADER_BYTES, rest.length);
        send(to, body.address(), ControlFrame.HEADER_BYTES + rest.length);
    }

    private void putKey(PublicKey key, long at) {
        MemorySegment.copy(key.toBytes(), 0, frame, Layouts.BYTE, at, Limits.PUBLIC_KEY_BYTES);
    }

    private void putLists(long at, List<IpPrefix> addresses, List<Endpoint> places) {
        for (int i = 0; i < addresses.size(); i++) {
            IpPrefix address = addresses.get(i);
            long low =
                    address.v6()
                            ? address.address().low()
                            : Endpoint.mapped(address.address().asInt());
            Whereabouts.putAddress(frame, at, i, address.v6() ? address.address().high() : 0, low);
        }
        for (int i = 0; i < places.size(); i++) {
            Endpoint place = places.get(i);
            long where = Whereabouts.placeAt(frame, at, i);
            Place.put(frame, where, place.high(), place.low(), place.port());
        }
    }

    private void send(SimNode to, Endpoint source, int length) {
        Session session = body.peer(to).session();
        int padded = length + Limits.padding(length, body.options().mtu);
        frame.asSlice(length, padded - length).fill((byte) 0);
        MemorySegment datagram = Arena.ofAuto().allocate(padded + TransportData.OVERHEAD_BYTES, 16);
        long counter = session.reserveCounters(1);
        TransportData.putHeader(datagram, 0, session.suite().id(), session.remoteIndex(), counter);
        int lane = 2 * body.options().workers;
        session.sendKey()
                .seal(lane, counter, frame, 0, datagram, TransportData.HEADER_BYTES, padded);
        byte[] bytes = datagram.toArray(Layouts.BYTE);
        spent += bytes.length;
        simulation.network().inject(source, to.address(), bytes);
    }
}
