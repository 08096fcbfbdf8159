/**
 * The control agent: everything about peers that is not a packet. Handshakes in both roles,
 * WireGuard's timers, cookies and limits while under load, packets held until there is a session,
 * changing peers at run time.
 *
 * <pre>
 *   packet threads --ControlPort--&gt; ControlAgent --doWork--&gt; HandshakeReceiver --.
 *   other threads --ControlCommands--^    |    `--TimerWheel--&gt; PeerController &lt;--'
 *                                         |                          | one for each peer
 *                   names to resolve      v                          v
 *               EndpointResolver (own thread)      Outbox --&gt; a UDP socket; Peer, IndexTable
 * </pre>
 *
 * <p>The timers of a peer, WireGuard's (paper, section 6) and a probe:
 *
 * <pre>
 *   retransmit     5 s + jitter after an initiation without response: again, 18 times in all
 *   missing reply  15 s + jitter after data sent, nothing received since: new handshake
 *   keepalive      10 s after data received, nothing sent since: empty packet
 *   heartbeat      the configured time after the last packet either way: empty packet
 *   probe          in its place, to who answers; 5 s later, nothing received since: new handshake
 *   rekey          120 s after the handshake, when its initiator sends: new handshake
 *   expiry         180 s after the handshake: the session goes
 *   wipe           540 s after the last handshake: everything goes
 * </pre>
 *
 * <p>{@code Paths} knows the lighthouses, {@code LighthouseLink} keeps this node registered with
 * each and asks them, {@code PeerPath} moves one peer's packets from the relay to a direct path and
 * back: {@code RelayChoice} says which lighthouse is the relay, {@code PathProbe} whether the
 * direct path works, {@code PathSearch} looks for one, for which {@code Puncher} opens NATs. On a
 * lighthouse {@code RegisteredNode} is what it knows of each of its nodes.
 *
 * <p>All of it runs on the control agent's thread, so its state is plain; only {@link
 * dev.taltun.control.ControlCommands} and {@link dev.taltun.control.EndpointResolver} may be called
 * from elsewhere. Packet threads see what it decides through {@code peer}: the session and endpoint
 * of a peer, the index table, the routes. It may allocate; it never blocks. Secrets live in {@code
 * noise}; sessions are closed, which wipes them, when {@code agent.Quiescence} tells that no packet
 * thread can hold them. Time comes from {@code agent.Clock} only, so that a test plays hours in
 * milliseconds.
 */
package dev.taltun.control;
