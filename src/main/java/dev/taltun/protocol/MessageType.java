package dev.taltun.protocol;

/** The types of messages between two engines (WireGuard paper, section 5.4). */
public final class MessageType {
    public static final int HANDSHAKE_INITIATION = 1;
    public static final int HANDSHAKE_RESPONSE = 2;
    public static final int COOKIE_REPLY = 3;
    public static final int TRANSPORT_DATA = 4;

    private MessageType() {}

    /**
     * True if a message of this type may be this long: exactly one length for each handshake
     * message, at least an empty packet's for data. False for an unknown type.
     */
    public static boolean checkLength(int type, long length) {
        return switch (type) {
            case HANDSHAKE_INITIATION -> HandshakeInitiation.checkLength(length);
            case HANDSHAKE_RESPONSE -> HandshakeResponse.checkLength(length);
            case COOKIE_REPLY -> CookieReply.checkLength(length);
            case TRANSPORT_DATA -> TransportData.checkLength(length);
            default -> false;
        };
    }
}
