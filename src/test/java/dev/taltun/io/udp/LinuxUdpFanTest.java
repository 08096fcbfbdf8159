package dev.taltun.io.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.io.Poller;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real sockets over the loopback interface; needs no privilege. */
class LinuxUdpFanTest {
    private static final String HERE = "127.0.0.1";
    private static final int MOST = 40;

    private final Arena arena = Arena.ofConfined();
    private UdpFixture main;
    private UdpFixture far;
    private LinuxUdpFan fan;
    private RxBatch batch;
    private UdpReceiver receiver;
    private Poller poller;

    @BeforeEach
    void open() throws IOException {
        main = UdpFixture.open("::", true);
        far = UdpFixture.open(HERE, false);
        fan = LinuxUdpFan.of(main.socket, UdpFixture.options("::", 0, 0, true), MOST);
        batch = new RxBatch(arena, 16, 65_536);
        receiver = fan.newReceiver(arena, batch);
        poller = new Poller(arena, fan.fd());
    }

    @AfterEach
    void close() {
        poller.close();
        fan.close();
        main.close();
        far.close();
        arena.close();
    }

    private List<Integer> openSome(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int via = fan.open();
            assertTrue(via > 0, () -> Errno.words(via));
            numbers.add(via);
        }
        return numbers;
    }

    /** What came to the fan, so many datagrams, and where answers go. */
    private List<Endpoint> receive(int count) {
        List<Endpoint> sources = new ArrayList<>();
        for (int i = 0; sources.size() < count && i < 100; i++) {
            int messages = receiver.receive(batch);
            assertTrue(messages >= 0, () -> Errno.words(messages));
            for (int m = 0; m < messages; m++) {
                sources.add(batch.source(m));
                assertTrue(batch.cameFrom(m, batch.source(m)));
            }
            if (messages == 0) {
                poller.awaitReadable(100_000_000L);
            }
        }
        return sources;
    }

    @Test
    void eachSocketHasItsPortAndAnswersLeaveWhereTheQuestionsCame() throws IOException {
        List<Integer> numbers = openSome(30);
        assertEquals(30, new HashSet<>(numbers).size());
        Endpoint to = far.at(HERE);
        for (int i = 0; i < 30; i++) {
            main.append(i, 100, to.through(numbers.get(i)), 1);
        }
        main.append(30, 100, to, 1);
        main.sendAll();
        far.receive(31);
        Set<Integer> ports = new HashSet<>();
        far.arrived.forEach(each -> ports.add(each.source().port()));
        assertEquals(31, ports.size());
        assertTrue(ports.contains(main.socket.port()));

        List<UdpFixture.Arrived> asked = List.copyOf(far.arrived);
        for (int i = 0; i < 30; i++) {
            far.append(i, 200, asked.get(i).source(), 1);
        }
        far.sendAll();
        List<Endpoint> sources = receive(30);
        Set<Integer> vias = new HashSet<>();
        sources.forEach(each -> vias.add(each.via()));
        assertEquals(new HashSet<>(numbers), vias);

        far.arrived.clear();
        main.append(0, 300, sources.getFirst(), 1);
        main.sendAll();
        far.receive(1);
        int index = numbers.indexOf(sources.getFirst().via());
        assertEquals(asked.get(index).source().port(), far.arrived.getFirst().source().port());
    }

    @Test
    void aClosedOneSendsNowhereAndItsNumberIsUsedAgain() throws IOException {
        List<Integer> numbers = openSome(2);
        int via = numbers.getFirst();
        fan.close(via);
        fan.close(via);
        main.append(0, 100, far.at(HERE).through(via), 1);
        assertTrue(main.sender.send(main.tx) < 0);
        main.tx.clear();
        assertEquals(via, fan.open());
        assertNotEquals(via, fan.open());
        main.append(0, 100, far.at(HERE).through(via), 1);
        main.sendAll();
        far.receive(1);
        far.append(1, 100, far.arrived.getFirst().source(), 1);
        far.sendAll();
        assertEquals(via, receive(1).getFirst().via());
    }

    @Test
    void thereAreNoMoreThanAgreed() {
        List<Integer> numbers = openSome(MOST);
        assertEquals(-Errno.EMFILE, fan.open());
        fan.close(numbers.get(7));
        assertEquals(numbers.get(7), fan.open());
        assertEquals(-Errno.EMFILE, fan.open());
    }

    @Test
    void whoGetsMuchDoesNotKeepOthersWaiting() throws IOException {
        List<Integer> numbers = openSome(2);
        for (int via : numbers) {
            main.append(0, 10, far.at(HERE).through(via), 1);
        }
        main.sendAll();
        far.receive(2);
        Endpoint busy = far.arrived.get(0).source();
        Endpoint quiet = far.arrived.get(1).source();
        for (int i = 0; i < 60; i++) {
            // Of another size each, so that they do not arrive as one.
            far.append(i, 100 + i, busy, 1);
        }
        far.append(99, 50, quiet, 1);
        far.sendAll();
        int first = receive(61).stream().map(Endpoint::via).toList().indexOf(numbers.get(1));
        assertTrue(first >= 0, "never came");
    }
}
