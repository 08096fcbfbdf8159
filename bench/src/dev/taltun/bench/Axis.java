package dev.taltun.bench;

/** One figure that is measured of each contender in each repetition. */
enum Axis {
    TCP_1("TCP, 1 flow", "Gbit/s", 3),
    TCP_4("TCP, 4 flows", "Gbit/s", 3),
    TCP_REVERSE("TCP, reverse", "Gbit/s", 3),
    TCP_BOTH("TCP, both directions, sum", "Gbit/s", 3),
    UDP_64("UDP 64 B, loss-free", "kpps", 1),
    UDP_512("UDP 512 B, loss-free", "kpps", 1),
    UDP_1372("UDP 1372 B, loss-free", "kpps", 1),
    FLOOD_64("UDP 64 B, flood, delivered", "kpps", 1),
    FLOOD_512("UDP 512 B, flood, delivered", "kpps", 1),
    FLOOD_1372("UDP 1372 B, flood, delivered", "kpps", 1),
    IDLE_P50("ping idle, p50", "ms", 3),
    IDLE_P90("ping idle, p90", "ms", 3),
    IDLE_P99("ping idle, p99", "ms", 3),
    IDLE_P999("ping idle, p99.9", "ms", 3),
    LOADED_P50("ping under 1 TCP flow, p50", "ms", 3),
    LOADED_P90("ping under 1 TCP flow, p90", "ms", 3),
    LOADED_P99("ping under 1 TCP flow, p99", "ms", 3),
    LOADED_P999("ping under 1 TCP flow, p99.9", "ms", 3),
    CPU_TUNNEL("CPU of the tunnel, both ends", "s/Gbit", 3),
    CPU_SOFTIRQ("CPU in softirq, machine", "s/Gbit", 3),
    CPU_MACHINE("CPU of all, iperf3 too", "s/Gbit", 3),
    RSS_IDLE("memory per node, idle (RSS)", "MiB", 1),
    RSS_LOADED("memory per node, after load (RSS)", "MiB", 1),
    PSS_IDLE("memory per node, idle (PSS)", "MiB", 1),
    PSS_LOADED("memory per node, after load (PSS)", "MiB", 1),
    START("start of both ends to first ping", "s", 2);

    private final String title;
    private final String unit;
    private final int decimals;

    Axis(String title, String unit, int decimals) {
        this.title = title;
        this.unit = unit;
        this.decimals = decimals;
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    int decimals() {
        return decimals;
    }

    /** Percentiles of all pings of all repetitions; the other axes are medians over those. */
    boolean isPooled() {
        return name().startsWith("IDLE_") || name().startsWith("LOADED_");
    }
}
