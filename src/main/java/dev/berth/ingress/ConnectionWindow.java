package dev.berth.ingress;

import io.vertx.core.http.HttpConnection;

/**
 * The HTTP/2 window of one client connection. A stream that is not read from keeps up to a stream's window of
 * the connection's window to itself; if the connection's were fixed, enough such streams would leave nothing
 * for the others, and a call that runs could wait for ever for bytes behind calls that wait for its slot. So
 * the connection's window grows with the number of streams held back. It does not shrink again.
 *
 * <p>Memory: a connection holds at most its window of unread bytes. Confined to the connection's context.
 */
final class ConnectionWindow {
    /** HTTP/2 allows twice as much. */
    private static final long LARGEST = 1L << 30;

    private final HttpConnection connection;
    private final long streamWindow;
    private long window;
    private int held;

    /**
     * @param window the connection's window now
     * @param streamWindow of each of its streams
     */
    ConnectionWindow(HttpConnection connection, int window, int streamWindow) {
        this.connection = connection;
        this.window = window;
        this.streamWindow = streamWindow;
    }

    /** One more stream is not read from. */
    void hold() {
        held++;
        long needed = (held + 1) * streamWindow;
        if (needed > window && window < LARGEST) {
            window = Math.min(LARGEST, 2 * needed);
            connection.setWindowSize((int) window);
        }
    }

    void release() {
        held--;
    }

    /** Streams held back now. For tests. */
    int held() {
        return held;
    }

    /** Bytes. For tests. */
    long window() {
        return window;
    }
}
