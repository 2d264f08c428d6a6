package dev.berth.registry;

/**
 * When the next call of a queue is expected. Times in nanoseconds of the caller's clock, which may wrap round.
 */
final class Window {
    final SlotQueue queue;

    /** From when on a container is started, so as to be up in time. */
    final long opens;

    /** From when on the call is not expected any more. */
    final long closes;

    boolean open;

    /** A container has been started for it. */
    boolean guessed;

    Window(SlotQueue queue, long opens, long closes) {
        this.queue = queue;
        this.opens = opens;
        this.closes = closes;
    }

    /** When something is to be done about it next. */
    long alarm() {
        return open ? closes : opens;
    }

    /** Orders by difference, since times of {@link System#nanoTime} may wrap round. */
    static int compare(Window one, Window other) {
        int byAlarm = Long.signum(one.alarm() - other.alarm());
        return byAlarm != 0 ? byAlarm : Long.compare(one.queue.number, other.queue.number);
    }
}
