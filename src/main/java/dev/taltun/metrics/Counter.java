package dev.taltun.metrics;

/** Everything that is counted, each with the sentence that a user reads. */
public enum Counter {
    TUN_READS("Packets and super-packets read from the TUN device"),
    TUN_WRITES("Packets and super-packets written to the TUN device"),
    TUN_WRITE_ERRORS("Packets that the TUN device refused"),
    TUN_WRITE_FALLBACKS("Super-packets written again as single packets after a refusal"),
    UDP_MESSAGES_RECEIVED("UDP messages received, one per GRO group"),
    UDP_RECEIVE_ERRORS("Errors instead of messages when reading from the UDP socket"),
    UDP_ICMP_ERRORS("ICMP errors about datagrams sent before"),
    UDP_MESSAGES_SENT("UDP messages sent, one per GSO run"),
    UDP_SEND_ERRORS("UDP messages that the kernel refused"),
    UDP_GSO_FALLBACKS("GSO runs sent again datagram by datagram after a refusal"),
    UDP_QUEUE_HANDOVERS("Batches handed to the UDP writer because the socket was full"),
    PACKETS_SEALED("Inner packets encrypted and handed to a socket"),
    PACKETS_OPENED("Inner packets that passed decryption, replay and source checks"),
    PACKETS_RELAYED("Inner packets passed on from one peer to another"),
    PACKETS_FRAGMENTED("Inner packets passed on in fragments, being larger than the MTU"),
    PACKETS_TO_GROUPS("Inner packets to multicast and broadcast addresses, kept to this node"),
    ICMP_ERRORS_SENT("ICMP errors sent to peers about packets that could not be passed on"),
    ICMP_ERRORS_LIMITED("ICMP errors not sent because a peer had earned too many"),
    KEEPALIVES_RECEIVED("Authenticated empty packets"),
    DROP_NOT_IP("From TUN: neither IPv4 nor IPv6, or cut short"),
    DROP_BAD_OFFLOAD("From TUN: an offload header that makes no sense"),
    DROP_NO_PEER("From TUN: no peer has the destination in its allowed IPs"),
    DROP_NO_ENDPOINT("From TUN: the peer's address is not known yet"),
    DROP_NO_SESSION("From TUN: no session and no room to hold the packet until there is one"),
    DROP_NO_BATCH("From TUN: every batch is in use, the network is slower than the TUN device"),
    DROP_STAGED("Packets held for a handshake that never completed"),
    DROP_TOO_SHORT("From the network: shorter than any message of its type"),
    DROP_TRUNCATED("From the network: larger than the largest message there is"),
    DROP_UNKNOWN_TYPE("From the network: not a message of this protocol"),
    DROP_UNKNOWN_INDEX("From the network: receiver index of no session"),
    DROP_EXPIRED("From the network: session older than it may be"),
    DROP_NOT_AUTHENTIC("From the network: authentication tag wrong, forged or damaged"),
    DROP_REPLAYED("From the network: counter seen before, or too old"),
    DROP_INNER_NOT_IP("Decrypted: not an IP packet, or a wrong length"),
    DROP_WRONG_SOURCE("Decrypted: source address is not among the peer's allowed IPs"),
    DROP_CONGESTED("Decrypted: marked as congested on the way, and not of a kind that can be told"),
    DROP_NOT_FOR_US("Decrypted: neither for this node nor for a peer, and this is no gateway"),
    DROP_RELAY_OFF("Decrypted: for another peer, and relay is off"),
    DROP_RELAY_REFUSED("Decrypted: for another peer, and relay_with of one leaves out the other"),
    DROP_RELAY_BACK("Decrypted: for the peer that it came from"),
    DROP_RELAY_SCOPE("Decrypted: for another peer, with an address that never leaves a link"),
    DROP_RELAY_TTL("Decrypted: for another peer, and passed on too often already"),
    DROP_RELAY_TOO_BIG("Decrypted: for another peer, larger than the MTU, not to be fragmented"),
    DROP_RELAY_NO_ENDPOINT("Decrypted: for another peer, whose address is not known"),
    DROP_RELAY_NO_SESSION("Decrypted: for another peer, no session and no room to hold it"),
    DROP_RELAY_NO_BATCH("Decrypted: for another peer, every batch is in use, the network is slow"),
    CONTROL_FRAMES_RECEIVED("Taltun control frames received inside sessions"),
    CONTROL_FRAMES_DROPPED("Taltun control frames dropped: too many of a peer, or of all"),
    CONTROL_FRAMES_MALFORMED("Taltun control frames that made no sense"),
    HANDSHAKE_QUEUE_FULL("Handshake messages dropped because too many are waiting"),
    HANDSHAKE_BAD_MAC("Handshake messages without a valid mac1"),
    HANDSHAKE_NO_COOKIE("Handshake messages answered with a cookie while under load"),
    HANDSHAKE_RATE_LIMITED("Handshake messages over the limit of their source address"),
    HANDSHAKE_UNKNOWN_PEER("Initiations whose static key is no peer's"),
    HANDSHAKE_INVALID("Handshake messages that did not decrypt, or replayed"),
    HANDSHAKE_INITIATIONS_SENT("Handshake initiations sent"),
    HANDSHAKE_RESPONSES_SENT("Handshake responses sent"),
    HANDSHAKES_COMPLETED("Sessions established, either role"),
    COOKIES_SENT("Cookie replies sent"),
    COOKIES_RECEIVED("Cookie replies accepted");

    private final String sentence;

    Counter(String sentence) {
        this.sentence = sentence;
    }

    /** What this counts, in one sentence for users. */
    public String sentence() {
        return sentence;
    }
}
