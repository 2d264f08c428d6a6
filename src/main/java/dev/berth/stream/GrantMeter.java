package dev.berth.stream;

/**
 * A receiver's account of one direction in bytes: what it granted, received and handed on. As long as
 * {@link #received} returns true, {@code buffered <= window} holds.
 */
final class GrantMeter {
    /** No grant is due. */
    static final long NONE = -1;

    private final long window;
    private final long batch;
    private long granted;
    private long received;
    private long consumed;
    private long confirmed;

    /**
     * @param window most bytes to hold; positive
     * @param assumed bytes the sender takes itself to have been granted
     */
    GrantMeter(long window, long assumed) {
        this(window, window, assumed);
    }

    /** @param start bytes granted at first; at most the window */
    GrantMeter(long window, long start, long assumed) {
        this.window = window;
        this.batch = (window + 1) / 2;
        this.granted = start;
        this.confirmed = Math.min(assumed, start);
    }

    /** @return false if the sender went beyond its credit */
    boolean received(long bytes) {
        received += bytes;
        return received <= granted;
    }

    /**
     * The application took {@code bytes}.
     *
     * @return the total to grant now, once half a window has been taken since the last grant; else {@link #NONE}
     */
    long consumed(long bytes) {
        consumed += bytes;
        long due = consumed + window;
        if (due - granted < batch) {
            return NONE;
        }
        confirmed = granted;
        granted = due;
        return due;
    }

    /** @return the last grant, if nothing shows yet that the sender got it; else {@link #NONE} */
    long unconfirmed() {
        return granted > confirmed && received <= confirmed ? granted : NONE;
    }

    long granted() {
        return granted;
    }

    long buffered() {
        return received - consumed;
    }
}
