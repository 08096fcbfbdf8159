/**
 * The border to native code: the C library's system calls ({@link dev.taltun.ffi.Libc}), their
 * errors ({@link dev.taltun.ffi.Errno}) and the ownership of file descriptors ({@link
 * dev.taltun.ffi.Fd}). Structs and constants are generated in {@code dev.taltun.ffi.linux}.
 *
 * <p>Threads: a {@code Libc} belongs to one thread, the rest is for any. Memory: callers own every
 * buffer; only the four bytes of {@code errno} of each {@code Libc} live in the arena it was opened
 * with. Errors: a call returns {@code >= 0} or {@code -errno}, nothing here throws for what the
 * kernel says. Must not know: anything of the VPN; no other package of Taltun.
 */
package dev.taltun.ffi;
