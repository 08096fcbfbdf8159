/**
 * What a user asks for: immutable records, and the reader that makes them from a TOML file and
 * flags.
 *
 * <p>{@link dev.taltun.config.ConfigLoader} is the way in. A value travels through three steps,
 * each its own class: text with a position ({@code TomlReader}, {@link
 * dev.taltun.config.Overrides}), typed values ({@code InterfaceResolver}, {@code PeerResolver}),
 * and checks across values ({@code CrossChecks}). Mistakes are collected along the way, so that one
 * run names them all, each in one line that says where, what, and what to do about it. No line ever
 * contains the text of a secret.
 *
 * <p>Runs before the engine starts, on whichever thread calls it; the result is immutable and any
 * thread may read it. The private and preshared keys in it are off-heap and belong to whoever
 * receives the configuration, to be closed once. Knows nothing of sockets, sessions or the engine,
 * and never asks a resolver: an endpoint's name stays a name. The only user of tomlj.
 */
package dev.taltun.config;
