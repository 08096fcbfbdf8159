/**
 * The control socket: how wg(8), wg-quick(8) and {@code taltun status} see and change a running
 * engine. WireGuard's cross-platform userspace protocol (UAPI), with a few keys of our own that
 * wg(8) skips.
 *
 * <pre>
 *   wg, taltun status --Unix socket--&gt; ControlSocket --&gt; UapiSession -- GetAnswer, SetRequest
 *                                      (one agent)                          |
 *                                                                           v
 *                                     engine's sockets and identity &lt;-- Device --&gt; ControlCommands
 * </pre>
 *
 * <p>The agent's thread waits for the control agent, never the other way round, and packet threads
 * know nothing of it. What is read and written may hold keys: buffers are wiped after use, and text
 * that holds a key never becomes a String. Who may connect is decided by the socket's permissions.
 */
package dev.taltun.api;
