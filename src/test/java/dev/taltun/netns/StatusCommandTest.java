package dev.taltun.netns;

import static dev.taltun.netns.Node.Kind.TALTUN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code taltun status} beside running engines. */
@NamespaceTest
final class StatusCommandTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Outcome status(Namespace host, List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(Taltun.command("status"));
        command.addAll(List.of(arguments));
        return host.attempt(SOON, command.toArray(String[]::new));
    }

    private static Outcome status(Namespace host, String... arguments) {
        return status(host, List.of(), arguments);
    }

    @Test
    void itShowsPeersAndNoSecrets() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, true).start()) {
            String device = hosts.left().device();
            NodeSpec.Peer peer = hosts.leftSpec().peers().getFirst();
            Outcome table = status(hosts.a(), device);
            assertEquals(0, table.exit(), table::output);
            assertTrue(table.output().contains(device + ": client, UDP port 51821"), table::output);
            assertTrue(
                    table.output()
                            .lines()
                            .anyMatch(
                                    line ->
                                            line.contains(peer.endpoint() + "  direct")
                                                    && line.endsWith("  up")),
                    table::output);
            Outcome json = status(hosts.a(), "--json");
            assertEquals(0, json.exit(), json::output);
            for (Node node : List.of(hosts.left(), hosts.right())) {
                String start = "{\"interface\":\"" + node.device() + "\"";
                assertTrue(json.output().contains(start), json::output);
            }
            assertTrue(json.output().contains("\"public_key\":\"" + peer.publicKey() + "\""));
            for (Outcome each : List.of(table, json)) {
                assertFalse(each.output().contains(peer.presharedKey()));
                assertFalse(each.output().contains(hosts.leftSpec().keys().privateKey()));
            }
        }
    }

    @Test
    void itTellsThatAPeerDoesNotAnswer() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            hosts.left().start();
            Await.until(
                    "the state of a peer that is not there",
                    SOON,
                    () ->
                            status(hosts.a(), hosts.left().device())
                                    .output()
                                    .contains("no answer for "),
                    hosts::logs);
        }
    }

    @Test
    void watchingShowsItAgainAndEndsCleanly() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            hosts.left().start();
            String device = hosts.left().device();
            Background watch = hosts.a().start(Taltun.command("status", "--watch", device));
            Await.until("three pictures", SOON, () -> watch.count("^" + device) >= 3);
            Outcome end = watch.terminate(SOON);
            assertEquals(0, end.exit(), end::output);
        }
    }

    @Test
    void whatCannotBeShownIsOneLine() {
        try (TwoHosts hosts = new TwoHosts(TALTUN, TALTUN, false, false)) {
            Outcome missing = status(hosts.a(), "nosuch0");
            assertEquals(1, missing.exit());
            assertTrue(
                    missing.output().startsWith("taltun status: no engine answers for \"nosuch0\""),
                    missing::output);
            hosts.left().start();
            List<String> nobody =
                    List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
            Outcome denied = status(hosts.a(), nobody, hosts.left().device());
            assertEquals(1, denied.exit());
            assertTrue(denied.output().contains("ermission denied; run as root"), denied::output);
            for (Outcome each : List.of(missing, denied)) {
                assertEquals(1, each.lines(), each::output);
            }
        }
    }
}
