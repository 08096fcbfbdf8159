/**
 * {@code make bench}: Taltun beside other tunnels, on this machine, in one run.
 *
 * <pre>
 *   namespace a                                    namespace b
 *   iperf3 -c 10.77.0.2 &gt; tunnel &gt; 172.31.9.1 === 172.31.9.2 &gt; tunnel &gt; iperf3 -s
 * </pre>
 *
 * Every contender takes its turn in every repetition, so that a slow minute of the machine hits
 * them all; a figure is the median of the repetitions. One thread drives; what a trial starts or
 * makes belongs to its {@link dev.taltun.bench.Lab}, which takes all of it away again. Not part of
 * the jar.
 */
package dev.taltun.bench;
