package dev.taltun.io.udp;

/** Congestion marks on received messages, which only the kernel sets otherwise. */
public final class TestMarks {
    private TestMarks() {}

    /** Marks message i. */
    public static void mark(RxBatch batch, int i, int ecn) {
        batch.ecn[i] = ecn;
    }
}
