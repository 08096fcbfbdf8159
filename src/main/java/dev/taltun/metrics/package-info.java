/**
 * Counters of what happened, written by packet threads without contention and read by anyone.
 *
 * <p>Knows nothing of who counts. No memory beyond a few arrays per thread.
 */
package dev.taltun.metrics;
