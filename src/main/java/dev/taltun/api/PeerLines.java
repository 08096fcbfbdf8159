package dev.taltun.api;

import dev.taltun.config.Endpoint;
import dev.taltun.control.EndpointSpec;
import dev.taltun.control.PeerChange;
import dev.taltun.crypto.PublicKey;
import dev.taltun.crypto.SecretKey;
import dev.taltun.routing.IpAddress;
import dev.taltun.routing.IpPrefix;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** The lines of one peer in a {@link SetRequest}. */
final class PeerLines {
    private static final long KEEPALIVE_MAX = 0xffff;

    private final Device device;
    private final PublicKey publicKey;
    private final List<PeerChange.AllowedIp> allowedIps = new ArrayList<>();
    private boolean remove;
    private boolean updateOnly;
    private boolean replaceAllowedIps;
    private SecretKey presharedKey;
    private EndpointSpec endpoint;
    private Integer keepaliveSeconds;

    PeerLines(Device device, PublicKey publicKey) {
        this.device = device;
        this.publicKey = publicKey;
    }

    void line(String key, AsciiText value) throws UapiException {
        switch (key) {
            case "remove" -> {
                SetRequest.requireTrue(value);
                remove = true;
            }
            case "update_only" -> {
                SetRequest.requireTrue(value);
                updateOnly = true;
            }
            case "preshared_key" -> presharedKey(HexKey.secret(value));
            case "endpoint" -> endpoint = endpoint(value.toString());
            case "persistent_keepalive_interval" ->
                    keepaliveSeconds = (int) SetRequest.number(value, KEEPALIVE_MAX);
            case "replace_allowed_ips" -> {
                SetRequest.requireTrue(value);
                replaceAllowedIps = true;
                allowedIps.clear();
            }
            case "allowed_ip" -> allowedIps.add(allowedIp(value.toString()));
            case "protocol_version" -> {
                if (value.number(1) != 1) {
                    throw UapiException.invalid();
                }
            }
            default -> throw UapiException.invalid();
        }
    }

    private void presharedKey(SecretKey key) {
        if (presharedKey != null) {
            presharedKey.close();
        }
        presharedKey = key;
    }

    private static PeerChange.AllowedIp allowedIp(String text) throws UapiException {
        boolean remove = text.startsWith("-");
        try {
            IpPrefix prefix = IpPrefix.parse(remove ? text.substring(1) : text);
            return new PeerChange.AllowedIp(prefix, remove);
        } catch (IllegalArgumentException e) {
            throw new UapiException(UapiException.EINVAL, e);
        }
    }

    /** {@code 192.0.2.1:51820}, {@code [2001:db8::1]:51820} or {@code [fe80::1%eth0]:51820}. */
    private static EndpointSpec endpoint(String text) throws UapiException {
        int zone = text.indexOf('%');
        int bracket = text.indexOf(']');
        boolean zoned = zone > 0 && zone < bracket;
        try {
            Endpoint parsed =
                    Endpoint.parse(
                            zoned ? text.substring(0, zone) + text.substring(bracket) : text);
            // A name would have to be resolved, which wg(8) does.
            IpAddress address = parsed.address().orElseThrow(UapiException::invalid);
            int scope = zoned ? scope(text.substring(zone + 1, bracket)) : 0;
            InetSocketAddress socket =
                    new InetSocketAddress(address.toInetAddress(), parsed.port());
            return new EndpointSpec.Numeric(dev.taltun.io.udp.Endpoint.of(socket).withScope(scope));
        } catch (IllegalArgumentException e) {
            throw new UapiException(UapiException.EINVAL, e);
        }
    }

    private static int scope(String zone) throws UapiException {
        try {
            if (zone.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Integer.parseInt(zone);
            }
            NetworkInterface device = NetworkInterface.getByName(zone);
            if (device == null) {
                throw UapiException.invalid();
            }
            return device.getIndex();
        } catch (SocketException | NumberFormatException e) {
            throw new UapiException(UapiException.EINVAL, e);
        }
    }

    /** What they ask for. A preshared key in it is whoever takes it's to close. */
    PeerChange change() {
        return new PeerChange(
                publicKey,
                remove,
                updateOnly || remove ? null : device.newPeer(publicKey),
                presharedKey,
                endpoint,
                keepaliveSeconds,
                initiates(),
                replaceAllowedIps,
                allowedIps);
    }

    /** Who wants to be heard regularly has to begin. */
    private Boolean initiates() {
        if (keepaliveSeconds == null) {
            return null;
        }
        return keepaliveSeconds > 0 || device.newPeer(publicKey).initiates();
    }
}
