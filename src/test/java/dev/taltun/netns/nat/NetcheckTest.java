package dev.taltun.netns.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.netns.Await;
import dev.taltun.netns.NamespaceTest;
import dev.taltun.netns.Outcome;
import dev.taltun.netns.Shell;
import dev.taltun.netns.Taltun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code taltun netcheck} says in each kind of home. */
@NamespaceTest
final class NetcheckTest {
    private static String check(Rendezvous.Member member) {
        List<String> command = Taltun.command("netcheck", "-c", member.config().toString());
        Outcome outcome = member.host().attempt(Shell.PATIENCE, command.toArray(String[]::new));
        assertEquals(0, outcome.exit(), outcome::output);
        return outcome.output();
    }

    private static void says(String words, String output) {
        assertTrue(output.contains(words), () -> "not \"" + words + "\" in\n" + output);
    }

    @ParameterizedTest
    @CsvSource({"PRESERVING, RANDOM", "OPEN, LEAKY", "OPEN_FILTER, PRESERVING"})
    void mappingAndFilteringAreRecognized(NatKind left, NatKind right) {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(2).nodes(left, right).start("");
            for (Rendezvous.Member node : List.of(meeting.left(), meeting.right())) {
                NatKind kind = node == meeting.left() ? left : right;
                Await.until(
                        "a result about filtering",
                        Shell.PATIENCE,
                        () -> !check(node).contains("no lighthouse has found out yet"));
                String output = check(node);
                System.out.println("netcheck behind " + kind + ":\n" + output);
                says("mapping:    " + words(kind), output);
                boolean open = kind == NatKind.OPEN || kind == NatKind.OPEN_FILTER;
                says("filtering:  " + (open ? "not by port" : "by address and port"), output);
                says("lighthouse: beacon0 203.0.113.1:51820, round trip", output);
                says("lighthouse: beacon1 203.0.113.17:51820, round trip", output);
            }
        }
    }

    private static String words(NatKind kind) {
        return switch (kind) {
            case OPEN -> "none: ";
            case RANDOM -> "another port for every destination (";
            default -> "NAT with one port for all destinations, port kept (";
        };
    }

    @Test
    void oneLighthouseCannotTellWhetherThePortVaries() {
        try (Rendezvous meeting = new Rendezvous()) {
            meeting.lighthouses(1).nodes(NatKind.PRESERVING, NatKind.OPEN).start("");
            says("two lighthouses could tell", check(meeting.left()));
            meeting.lighthouse(0).process().kill();
            List<String> command =
                    Taltun.command("netcheck", "-c", meeting.right().config().toString());
            Await.until(
                    "netcheck to miss the lighthouse",
                    Shell.PATIENCE,
                    () ->
                            meeting.right()
                                            .host()
                                            .attempt(Shell.PATIENCE, command.toArray(String[]::new))
                                            .exit()
                                    == 1);
        }
    }
}
