/**
 * A laboratory of Linux network namespaces for tests that run real programs: {@link
 * dev.taltun.netns.Lab} makes namespaces and links and removes them whatever happens, nodes start
 * Taltun's jar or wireguard-go in them, {@link dev.taltun.netns.Ping} and {@link
 * dev.taltun.netns.Iperf} drive traffic. Needs root and iproute2. Processes are only ever ended
 * through their handles or the pids inside the lab's own namespaces.
 */
package dev.taltun.netns;
