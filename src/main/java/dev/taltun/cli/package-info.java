/**
 * The command line: one picocli command per class, and the entry point that maps what happened to
 * an exit code (0, 1 for a failure at run time, 2 for usage or configuration). The only package
 * that prints. Runs on the main thread and owns no memory off-heap but the keys it is given to
 * show. Knows nothing of packets or sessions: it hands a configuration to {@code engine}, and asks
 * running engines through {@code api}.
 */
package dev.taltun.cli;
