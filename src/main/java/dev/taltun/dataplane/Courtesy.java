package dev.taltun.dataplane;

/**
 * When a thread that passes packets on lets others run, though there is more to do.
 *
 * <p>Nothing in the kernel slows down who sends datagrams, and a socket of default size holds 270
 * small ones: whoever reads there gets a turn before the next few hundred come, else two of three
 * are lost where CPUs are few. A lone one, beside a bulk flow perhaps, is likely waited for: it
 * goes through at once. More often than that would be too often, for where a program computes
 * beside us each turn costs us a time slice. TCP waits by itself, and gains by long runs.
 *
 * <p>Belongs to one thread.
 */
final class Courtesy {
    /** Datagrams after which others get a turn: half of what such a socket holds. */
    static final int MANY = 128;

    /** Datagrams of one step that are not part of a stream of them. */
    static final int FEW = 3;

    private final Runnable turn;
    private int inStep;
    private int sinceTurn;

    Courtesy() {
        this(Thread::yield);
    }

    /**
     * @param turn lets others run
     */
    Courtesy(Runnable turn) {
        this.turn = turn;
    }

    /** So many packets that are not TCP's were passed on. */
    void passed(int datagrams) {
        inStep += datagrams;
    }

    /** All that was passed on in this step has left. */
    void endStep() {
        if (inStep == 0) {
            return;
        }
        sinceTurn += inStep;
        if (inStep <= FEW || sinceTurn >= MANY) {
            sinceTurn = 0;
            turn.run();
        }
        inStep = 0;
    }

    /** All has left, and the thread rests before its next step: others get their turn anyway. */
    void rest() {
        sinceTurn = 0;
        inStep = 0;
    }
}
