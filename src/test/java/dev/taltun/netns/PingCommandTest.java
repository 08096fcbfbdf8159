package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code taltun ping} beside engines that run. */
@NamespaceTest
final class PingCommandTest {
    private static Outcome ping(Namespace in, String... arguments) {
        List<String> all = new ArrayList<>(List.of("ping"));
        all.addAll(List.of(arguments));
        return in.attempt(
                Shell.PATIENCE, Taltun.command(all.toArray(String[]::new)).toArray(String[]::new));
    }

    @Test
    void eachAnswerSaysWhichWayItCame() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false).start()) {
            for (String target : List.of(TwoHosts.RIGHT_VIP, TwoHosts.RIGHT_VIP6)) {
                Outcome outcome = ping(hosts.a(), "-c", "2", "-i", "0.1", target);
                assertEquals(0, outcome.exit(), outcome::output);
                String answers =
                        "(?s).* on "
                                + hosts.left().device()
                                + "\nanswer 1: [0-9.]+ ms, direct 172.31.9.2:51822\n"
                                + "answer 2: .*, direct .*\n2 sent, 2 answered\n?";
                assertTrue(outcome.output().matches(answers), outcome::output);
            }
        }
    }

    @Test
    void whatCannotBeAskedIsOneLine() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            hosts.left().start();
            Outcome stranger = ping(hosts.a(), "192.0.2.1");
            assertEquals(1, stranger.exit());
            assertEquals(1, stranger.lines(), stranger::output);
            assertTrue(stranger.output().contains("has a peer with 192.0.2.1"), stranger::output);
            Outcome mistake = ping(hosts.a(), "office");
            assertEquals(2, mistake.exit());
            assertTrue(mistake.output().contains("\"office\" is not an IP address"));
            Outcome silence = ping(hosts.a(), "-c", "1", TwoHosts.RIGHT_VIP);
            assertEquals(1, silence.exit(), silence::output);
            assertTrue(silence.output().contains("no answer 1 within 2 s"), silence::output);
            assertTrue(silence.output().contains("1 sent, 0 answered"), silence::output);
        }
    }
}
