package dev.taltun.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Two OpenVPN (2.6 or newer) nodes over UDP in user space: TLS between self-signed certificates
 * known by fingerprint, the data channel as they negotiate it (AES-256-GCM).
 */
final class OpenVpn implements Contender {
    private static final int PORT = 1194;
    private static final String PASSWORD = "only-for-this-trial";

    @Override
    public String name() {
        return "openvpn";
    }

    @Override
    public List<String> programs() {
        return List.of("openvpn");
    }

    @Override
    public String version() {
        return Contender.firstLine("openvpn", "--version");
    }

    @Override
    public void prepare(Lab lab) throws BenchFailure {
        lab.write("password", PASSWORD + "\n");
        String[] fingerprints = {certificate(lab, 0), certificate(lab, 1)};
        for (int end = 0; end < 2; end++) {
            int peer = 1 - end;
            lab.write(
                    end + ".ovpn",
                    """
                    dev %s
                    dev-type tun
                    disable-dco
                    proto udp4
                    port %d
                    remote %s
                    ifconfig %s %s
                    tun-mtu %d
                    %s
                    pkcs12 %s
                    askpass %s
                    peer-fingerprint %s
                    verb 1
                    """
                            .formatted(
                                    lab.device(end),
                                    PORT,
                                    lab.outer(peer),
                                    lab.inner(end),
                                    lab.inner(peer),
                                    Lab.MTU,
                                    end == 0 ? "tls-server\ndh none" : "tls-client",
                                    lab.file(end + ".p12"),
                                    lab.file("password"),
                                    fingerprints[peer]));
        }
    }

    /** Makes a key with a self-signed certificate; gives the certificate's SHA-256. */
    private static String certificate(Lab lab, int end) throws BenchFailure {
        String store = lab.file(end + ".p12").toString();
        String keytool = System.getProperty("java.home") + "/bin/keytool";
        Programs.run(
                (keytool
                                + " -genkeypair -alias end -keyalg EC -groupname secp256r1"
                                + " -dname CN=end"
                                + end
                                + " -validity 2 -storetype PKCS12 -storepass "
                                + PASSWORD
                                + " -keystore "
                                + store)
                        .split(" "));
        try (InputStream in = Files.newInputStream(lab.file(end + ".p12"))) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            byte[] encoded = keys.getCertificate("end").getEncoded();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(encoded);
            return HexFormat.ofDelimiter(":").formatHex(digest);
        } catch (IOException | GeneralSecurityException e) {
            throw new BenchFailure("cannot read the certificate of keytool: " + e.getMessage());
        }
    }

    @Override
    public List<Process> start(Lab lab) throws BenchFailure {
        return lab.startTunnel(
                end -> List.of("openvpn", "--config", lab.file(end + ".ovpn").toString()));
    }
}
