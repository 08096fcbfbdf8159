package dev.taltun.api;

import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One peer as a control socket tells of it, without secrets. Immutable.
 *
 * @param publicKey base64
 * @param path which way packets go
 * @param suite of the session that is sent with; empty without one
 * @param handshakeEpochSeconds wall time of the last completed handshake, 0 for none yet
 * @param receivedMillisAgo since the last authentic packet
 * @param unansweredMillis how long what we send has not been answered; 0 while it is
 * @param waitingPackets held until there is a session
 */
public record PeerReport(
        Optional<String> name,
        String publicKey,
        boolean hasPresharedKey,
        Optional<String> endpoint,
        PathReport path,
        Optional<String> suite,
        long handshakeEpochSeconds,
        long rxBytes,
        long txBytes,
        long rxPackets,
        long txPackets,
        int keepaliveSeconds,
        List<String> allowedIps,
        OptionalLong sessionAgeMillis,
        OptionalLong receivedMillisAgo,
        long unansweredMillis,
        long waitingPackets) {
    /**
     * How many leading bits of an address the longest of the allowed IPs that hold it compares; -1
     * if none holds it.
     */
    public int matchedLength(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        IpAddress wanted = IpAddress.parse(zone < 0 ? text : text.substring(0, zone));
        return allowedIps.stream()
                .map(IpPrefix::parse)
                .filter(prefix -> prefix.contains(wanted))
                .mapToInt(IpPrefix::length)
                .max()
                .orElse(-1);
    }
}
