/**
 * The command line: one picocli command per class, and the entry point that maps what happened to
 * an exit code (0, 1 for a failure at run time, 2 for usage or configuration). The only package
 * that prints. Runs on the main thread, owns no memory off-heap but the keys it is given to show,
 * and knows nothing of packets, sockets or threads: it hands a configuration to {@code engine}.
 */
package dev.taltun.cli;
