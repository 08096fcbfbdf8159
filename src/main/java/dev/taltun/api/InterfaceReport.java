package dev.taltun.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One running interface as its control socket tells of it, without secrets. What an engine does not
 * tell (another than Taltun tells less) is empty, 0 or absent. Immutable.
 *
 * @param publicKey base64; empty while there is no private key
 * @param fwmark unsigned; 0 for none
 * @param mtu bytes; 0 if it is not told
 * @param counters those that are not 0, by name
 */
public record InterfaceReport(
        String name,
        Optional<String> mode,
        Optional<String> publicKey,
        int listenPort,
        long fwmark,
        int mtu,
        List<String> offloads,
        Optional<String> crypto,
        Map<String, Long> counters,
        List<PeerReport> peers) {}
