/**
 * Shapes of off-heap memory: shared value layouts and fixed pools of packet slots.
 *
 * <p>Knows nothing of packets' meaning, of threads or of system calls. Memory belongs to the arena
 * that the caller passes in.
 */
package dev.taltun.memory;
