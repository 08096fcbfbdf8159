package dev.taltun.io.netlink;

/**
 * How a request ended.
 *
 * @param errno 0 = done, else the positive error number
 * @param kernelText the kernel's own explanation (extended acknowledgement), often empty
 * @param interrupted a dump whose table changed meanwhile: ask again
 */
record Reply(int errno, String kernelText, boolean interrupted) {
    static Reply failed(int errno) {
        return new Reply(errno, "", false);
    }

    boolean isDone() {
        return errno == 0;
    }
}
