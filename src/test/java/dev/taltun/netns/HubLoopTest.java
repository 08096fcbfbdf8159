package dev.taltun.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Hubs that each take the next one for the way to a network that nobody has.
 *
 * <pre>
 *        .---- 172.31.1.0/24 ----.
 *   hub 1: 10.77.0.1          hub 2: 10.77.0.2      10.60.0.0/16: to the next one
 *        '-- .3.0/24 --.  .-- .2.0/24 --'           10.50.0.0/16: from the one before
 *                  hub 3: 10.77.0.3
 * </pre>
 */
@NamespaceTest
final class HubLoopTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int HUBS = 3;
    private static final String INSIDE = "10.50.0.1";
    private static final String NOWHERE = "10.60.0.1";
    private static final int PACKETS = 5;

    private final Lab lab = new Lab();
    private final List<TaltunNode> hubs = new ArrayList<>();

    private static String vip(int hub) {
        return "10.77.0." + (1 + hub % HUBS);
    }

    private void build() {
        List<Namespace> hosts = new ArrayList<>();
        List<Keys> keys = new ArrayList<>();
        for (int n = 0; n < HUBS; n++) {
            hosts.add(lab.namespace("h" + n));
            keys.add(Keys.generate());
        }
        for (int n = 0; n < HUBS; n++) {
            Namespace next = hosts.get((n + 1) % HUBS);
            lab.link(hosts.get(n), "next", next, "prev");
            hosts.get(n).address("next", "172.31." + n + ".1/24");
            next.address("prev", "172.31." + n + ".2/24");
        }
        for (int n = 0; n < HUBS; n++) {
            int before = (n + HUBS - 1) % HUBS;
            int after = (n + 1) % HUBS;
            String here = "172.31.%d.2:%d";
            NodeSpec.Peer next =
                    new NodeSpec.Peer(
                            keys.get(after).publicKey(),
                            "",
                            List.of(vip(after), "10.60.0.0/16"),
                            here.formatted(n, 51820));
            NodeSpec.Peer previous =
                    new NodeSpec.Peer(
                            keys.get(before).publicKey(),
                            "",
                            List.of(vip(before), "10.50.0.0/16"),
                            "");
            NodeSpec spec =
                    new NodeSpec(
                            "server",
                            keys.get(n),
                            51820,
                            List.of(vip(n) + "/24"),
                            List.of(next, previous));
            hubs.add((TaltunNode) Node.Kind.TALTUN.create(hosts.get(n), spec));
        }
    }

    /** What left the three hubs, on all cables. */
    private long datagrams() {
        return hubs.stream()
                .map(TaltunNode::namespace)
                .flatMap(host -> Stream.of("next", "prev").map(cable -> sent(host, cable)))
                .mapToLong(Long::longValue)
                .sum();
    }

    private static long sent(Namespace host, String cable) {
        String file = "/sys/class/net/" + cable + "/statistics/tx_packets";
        return Long.parseLong(host.run("cat", file).output().trim());
    }

    @Test
    void packetsDieAndHubsLive() {
        try (lab) {
            build();
            hubs.forEach(hub -> hub.flags("--debug").start());
            for (int n = 0; n < HUBS; n++) {
                Ping.await(hubs.get(n).namespace(), vip(n + 1), SOON);
            }
            Namespace first = hubs.getFirst().namespace();
            first.address("lo", INSIDE + "/32");
            long before = datagrams();
            // Not answered: the error's way back is a loop, too.
            String count = Integer.toString(PACKETS);
            first.attempt(
                    SOON, "ping", "-n", "-c", count, "-W", "1", "-t", "255", "-I", INSIDE, NOWHERE);
            long looped = datagrams() - before;
            assertTrue(looped > PACKETS * 200, looped + " datagrams: no loop at all");
            long end = datagrams();
            Ping.series(first, vip(1), 5, Duration.ofMillis(200));
            long after = datagrams() - end;
            assertTrue(after < 200, after + " more datagrams: it goes on");
            long died = 0;
            for (int n = 0; n < HUBS; n++) {
                Ping.await(hubs.get(n).namespace(), vip(n + 1), SOON);
            }
            for (TaltunNode hub : hubs) {
                // Not Process.destroy, which closes the output before the last words.
                hub.namespace().run("kill", "-TERM", Long.toString(hub.process().pid()));
                Outcome outcome = hub.process().await(SOON);
                assertEquals(0, outcome.exit(), outcome::output);
                died += deaths(outcome.output());
            }
            assertTrue(died >= PACKETS, died + " packets died");
        }
    }

    private static long deaths(String log) {
        Matcher count = Pattern.compile("DROP_RELAY_TTL\\W+(\\d+)").matcher(log);
        return count.find() ? Long.parseLong(count.group(1)) : 0;
    }
}
