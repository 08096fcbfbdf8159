/*
 * Umbrella header of the generated package dev.taltun.ffi.linux: everything the engine knows about
 * the kernel's structs and constants comes through here. Which symbols are taken: symbols.txt.
 *
 * The C library's headers come before the kernel's: linux/libc-compat.h then keeps the second
 * definition of in6_addr, sockaddr_in6, ifreq and their like out.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>

#include <linux/errqueue.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>

/*
 * Newer than the headers of the oldest system the bindings are generated on (Debian 12, Linux 6.1).
 * Kernel ABI numbers never change, so spelling them out here is safe.
 */
#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4 /* Linux 6.2 */
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif
#ifndef IFF_NO_CARRIER /* Linux 6.3 */
#define IFF_NO_CARRIER 0x0040
#endif

/*
 * jextract sees neither function-like macros nor what needs an argument: sizes are spelled out here.
 */
#define CMSG_HEADER_BYTES ((int) CMSG_LEN(0))
#define NLMSG_HEADER_BYTES ((int) NLMSG_HDRLEN)
#define RTATTR_HEADER_BYTES ((int) RTA_LENGTH(0))
#define SUN_PATH_BYTES ((int) sizeof(((struct sockaddr_un *) 0)->sun_path))
#define CPU_SET_BYTES ((int) sizeof(cpu_set_t))
