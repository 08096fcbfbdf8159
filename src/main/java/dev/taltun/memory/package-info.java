/**
 * Shapes of off-heap memory: the value layouts that all others read and write it by.
 *
 * <p>Stateless, for any thread; owns no memory. Knows nothing of packets, threads or system calls.
 */
package dev.taltun.memory;
