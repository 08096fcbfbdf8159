package dev.taltun.config;

import java.util.List;

/**
 * A file (or flags) as written.
 *
 * @param iface the {@code [interface]} table; without values if there was none
 * @param gateway the {@code [gateway]} table; null if there was none
 * @param peers in order, modifiable
 */
record RawConfig(RawTable iface, RawTable gateway, List<RawTable> peers) {}
