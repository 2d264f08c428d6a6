package dev.berth.stream;

import org.jspecify.annotations.Nullable;

/**
 * A receiver's account of one direction in bytes: what it granted, received and handed on. As long as
 * {@link #received} returns true, no more is buffered than was granted and not handed on: a window, or what the stream
 * has of a room it shares.
 */
final class GrantMeter {
    /** No grant is due. */
    static final long NONE = -1;

    private final long window;
    private final long batch;
    /** Holds what is granted and not handed on; null if the window is the stream's own. */
    private final @Nullable RoomShare share;

    private long granted;
    private long received;
    private long consumed;
    private long confirmed;
    private boolean complete;

    /**
     * @param window most bytes to hold, granted at first; positive
     * @param assumed bytes the sender takes itself to have been granted
     */
    GrantMeter(long window, long assumed) {
        this(window, null, window, assumed);
    }

    /** @param share what it holds by now is granted at first */
    GrantMeter(RoomShare share, long assumed) {
        this(0, share, share.held(), assumed);
    }

    private GrantMeter(long window, @Nullable RoomShare share, long granted, long assumed) {
        this.window = window;
        this.batch = (window + 1) / 2;
        this.share = share;
        this.granted = granted;
        this.confirmed = Math.min(assumed, granted);
    }

    /** @return false if the sender went beyond its credit */
    boolean received(long bytes) {
        received += bytes;
        return received <= granted;
    }

    /**
     * The application took {@code bytes}.
     *
     * @return the total to grant now, once half of what may be under way has been taken since the last grant; else
     *     {@link #NONE}
     */
    long consumed(long bytes) {
        consumed += bytes;
        long more = share == null ? more() : more(share);
        if (more == 0) {
            return NONE;
        }
        confirmed = granted;
        granted += more;
        return granted;
    }

    private long more() {
        long more = consumed + window - granted;
        return more < batch ? 0 : more;
    }

    private long more(RoomShare room) {
        room.keep((complete ? received : granted) - consumed);
        return complete ? 0 : room.widen();
    }

    /** Nothing more is received: what was granted for it is free. */
    void complete() {
        complete = true;
        if (share != null) {
            share.keep(received - consumed);
        }
    }

    /** What is buffered is dropped, and nothing more is received. */
    void drop() {
        complete = true;
        if (share != null) {
            share.keep(0);
        }
    }

    /** @return the last grant, if nothing shows yet that the sender got it; else {@link #NONE} */
    long unconfirmed() {
        return granted > confirmed && received <= confirmed ? granted : NONE;
    }

    /** Whether the sender takes itself to have less than it has. */
    boolean assumedTooLittle() {
        return confirmed < granted;
    }

    long granted() {
        return granted;
    }

    long buffered() {
        return received - consumed;
    }
}
