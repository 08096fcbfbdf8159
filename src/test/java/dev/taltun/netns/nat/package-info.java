/**
 * Homes behind address translation, and the internet between them: {@link
 * dev.taltun.netns.nat.Internet} routes between public hosts and {@link
 * dev.taltun.netns.nat.HomeRouter}s, whose {@link dev.taltun.netns.nat.NatKind} says how they map
 * and filter. What the kinds claim is itself tested with plain UDP.
 */
package dev.taltun.netns.nat;
