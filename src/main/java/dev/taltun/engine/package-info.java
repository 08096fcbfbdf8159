/**
 * The composition root: opens sockets and devices, wires agents to them, starts threads, and takes
 * everything down again in the opposite order.
 *
 * <p>Owns the arena of all packet memory and every descriptor. The only package that knows all
 * others; holds no logic of its own beyond order.
 */
package dev.taltun.engine;
