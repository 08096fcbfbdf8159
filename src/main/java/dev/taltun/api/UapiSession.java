package dev.taltun.api;

import java.util.Arrays;

/**
 * One connection of the control socket: any number of operations, each some lines and an empty one.
 *
 * <pre>
 *   get=1                 set=1
 *                         key=value
 *                         ...
 *
 *   key=value             errno=0, or -EINVAL and the like
 *   ...
 *   errno=0
 *                         (an empty line ends each)
 * </pre>
 *
 * <p>Whatever comes is answered with an error number and never throws; after bytes that cannot be
 * the protocol the connection is to be closed, for nobody knows where the next operation begins.
 */
final class UapiSession implements AutoCloseable {
    /** Longest line. Ours have a hundred characters. */
    private static final int LINE_BYTES = 1024;

    private enum Operation {
        NONE,
        GET,
        SET
    }

    private final Device device;
    private final Answer out;
    private final byte[] line = new byte[LINE_BYTES];
    private int length;
    private Operation operation = Operation.NONE;
    private SetRequest set;
    private boolean broken;

    /**
     * @param out gets the answers; empty whenever {@link #feed} is called
     */
    UapiSession(Device device, Answer out) {
        this.device = device;
        this.out = out;
    }

    /**
     * Takes bytes up to the end of an operation.
     *
     * @return how many it took: all, or as many as led to an answer that must be sent first
     */
    int feed(byte[] bytes, int offset, int count) {
        for (int i = 0; i < count; i++) {
            byte b = bytes[offset + i];
            if (b != '\n' && length == LINE_BYTES) {
                breakOff();
                return count;
            }
            if (b == '\n') {
                onLine();
                forgetLine();
            } else {
                line[length++] = b;
            }
            if (!out.isEmpty()) {
                return broken ? count : i + 1;
            }
        }
        return count;
    }

    /** Nothing more comes. An operation that has begun counts as complete. */
    void end() {
        if (length > 0) {
            onLine();
        }
        if (operation != Operation.NONE && out.isEmpty()) {
            complete();
        }
        broken = true;
    }

    /** Whether the connection is to be closed once the answer is sent. */
    boolean isBroken() {
        return broken;
    }

    private void onLine() {
        if (broken) {
            return;
        }
        switch (operation) {
            case NONE -> begin();
            case GET -> {
                if (length == 0) {
                    complete();
                } else {
                    breakOff();
                }
            }
            case SET -> {
                if (length == 0) {
                    complete();
                } else {
                    setLine();
                }
            }
        }
    }

    private void begin() {
        if (isLine("get=1")) {
            operation = Operation.GET;
        } else if (isLine("set=1")) {
            operation = Operation.SET;
            set = new SetRequest(device);
        } else {
            breakOff();
        }
    }

    private boolean isLine(String wanted) {
        return new AsciiText(line, 0, length).contentEquals(wanted);
    }

    private void setLine() {
        int equals = 0;
        while (equals < length && line[equals] != '=') {
            equals++;
        }
        if (equals == length) {
            set.refuse(UapiException.EPROTO);
            return;
        }
        set.line(
                new AsciiText(line, 0, equals).toString(),
                new AsciiText(line, equals + 1, length - equals - 1));
    }

    private void complete() {
        int errno = 0;
        if (operation == Operation.SET) {
            errno = set.complete();
            set = null;
        } else {
            try {
                GetAnswer.write(device, out);
            } catch (UapiException e) {
                out.clear();
                errno = e.errno();
            }
        }
        boolean get = operation == Operation.GET;
        operation = Operation.NONE;
        // wg(8) hands the number of a set on as its own exit, and reads that of a get unsigned.
        out.end(get ? errno : -errno);
    }

    private void breakOff() {
        int errno = operation == Operation.NONE ? UapiException.EINVAL : UapiException.EPROTO;
        if (set != null) {
            set.abandon();
            set = null;
        }
        operation = Operation.NONE;
        broken = true;
        forgetLine();
        out.clear();
        out.end(-errno);
    }

    private void forgetLine() {
        Arrays.fill(line, 0, length, (byte) 0);
        length = 0;
    }

    @Override
    public void close() {
        if (set != null) {
            set.abandon();
        }
        forgetLine();
        out.clear();
    }
}
