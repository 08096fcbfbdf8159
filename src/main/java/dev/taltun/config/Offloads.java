package dev.taltun.config;

/**
 * Which offloads may be used: true means probe at start and use if it works ({@code "auto"}), false
 * never ({@code "off"}).
 *
 * @param tunTso TCP super-packets from and to the TUN device
 * @param tunUso UDP super-packets from and to the TUN device
 * @param udpGso one send call for many datagrams
 * @param udpGro one receive for many datagrams
 */
public record Offloads(boolean tunTso, boolean tunUso, boolean udpGso, boolean udpGro) {
    /** Everything that works. */
    public static final Offloads AUTO = new Offloads(true, true, true, true);

    /** Plain packets only. */
    public static final Offloads OFF = new Offloads(false, false, false, false);
}
