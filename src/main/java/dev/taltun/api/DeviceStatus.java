package dev.taltun.api;

import dev.taltun.crypto.PublicKey;
import dev.taltun.metrics.Counter;
import java.util.List;
import java.util.Map;

/**
 * What a user sees of the interface, at one moment. Immutable.
 *
 * @param mode server, client or lighthouse
 * @param mtu of the TUN device as the engine was told, bytes
 * @param publicKey ours; null while there is no private key
 * @param fwmark unsigned; 0 for none
 * @param offloads names of those in use
 * @param crypto the AEAD providers in use, in a few words
 * @param counters those that are not 0
 */
public record DeviceStatus(
        String mode,
        int mtu,
        PublicKey publicKey,
        int listenPort,
        int fwmark,
        List<String> offloads,
        String crypto,
        Map<Counter, Long> counters) {}
