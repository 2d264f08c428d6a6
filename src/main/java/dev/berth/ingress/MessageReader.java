package dev.berth.ingress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.common.GrpcStatus;

/**
 * The messages of one gRPC request, read from HTTP/2 directly. While it is paused it keeps what still comes, in few
 * pieces, and the stream's window is not credited: so it keeps no more than a window, whatever the size of the frames,
 * and the connection's window is free for other streams. Besides that there is at most one message being put together.
 * All of it is taken from the node's budget first.
 *
 * <p>Payloads share memory with what was received. Confined to the stream's context.
 */
public final class MessageReader {

    /** Who reads. Nothing is called after {@link #onBroken} or {@link #onGone}, or after {@link #drop()}. */
    interface Listener {
        void onMessage(Buffer payload);

        /** No message will follow. */
        void onHalfClose();

        /** What came is no sequence of messages, or one is too large. The rest is dropped. */
        void onBroken(GrpcStatus status, String text);

        /** There is no memory to keep what came. The rest is dropped. */
        void onOverBudget();

        /** The stream was reset or its connection lost. At most once. */
        void onGone();
    }

    /** The stream's window. */
    interface Window {
        /** What the client may have under way from now on; 0: nothing beyond what it was allowed before. */
        void size(int bytes);
    }

    /** The window of a stream that is not known to have much to send. */
    public static final int FIRST_WINDOW = 64 * 1024;

    /** Kept bytes from which on the window is closed. Short bodies never get there. */
    private static final int CLOSE_AFTER = 16 * 1024;

    private static final int PREFIX = 5;

    private final ReadStream<Buffer> request;
    private final int maxMessageBytes;
    private final Listener listener;
    private final NodeBudget.Lease lease;
    private final Window window;
    private final Received unread = new Received();
    private int windowBytes = FIRST_WINDOW;
    private boolean closed;
    private boolean paused;
    private boolean reading;
    private boolean dropping;
    private boolean requestEnded;
    private boolean halfCloseDue;

    /** @param lease for what is kept; given back when the reading ends */
    MessageReader(
            ReadStream<Buffer> request, int maxMessageBytes, NodeBudget.Lease lease, Window window, Listener listener) {
        this.request = request;
        this.maxMessageBytes = maxMessageBytes;
        this.lease = lease;
        this.window = window;
        this.listener = listener;
    }

    void start() {
        request.handler(this::onChunk);
        request.endHandler(v -> onEnd());
        request.exceptionHandler(failure -> gone());
    }

    /** Delivers nothing more until {@link #resume()}. */
    void pause() {
        paused = true;
    }

    /** May deliver messages before it returns. */
    void resume() {
        if (paused) {
            paused = false;
            if (!reading) {
                readOn();
            }
        }
    }

    /** Whether what is kept is for a call that runs. */
    void running(boolean runs) {
        if (runs) {
            lease.running();
        } else {
            lease.waiting();
        }
    }

    /** Lets the client have more under way, if there is memory to keep that. */
    void widen(int bytes) {
        if (bytes > windowBytes && lease.hold(Math.max(bytes, kept()))) {
            windowBytes = bytes;
            if (!closed) {
                window.size(bytes);
            }
        }
    }

    /** Reads and drops whatever still comes. */
    void drop() {
        dropping = true;
        unread.clear();
        lease.giveBack();
        openWindow();
    }

    private void onChunk(Buffer chunk) {
        if (dropping || chunk.length() == 0) {
            return;
        }
        unread.add(chunk);
        if (paused) {
            keep();
        } else {
            readOn();
        }
    }

    /** Pays for what is kept now. */
    private boolean keep() {
        if (!lease.hold(Math.max(kept(), windowBytes > FIRST_WINDOW ? windowBytes : 0))) {
            drop();
            listener.onOverBudget();
            return false;
        }
        if (paused && !closed && unread.length() > CLOSE_AFTER) {
            closed = true;
            window.size(0);
        }
        return true;
    }

    /** A piece that grows has up to twice its length. */
    private int kept() {
        return Integer.highestOneBit(unread.length()) * 2;
    }

    private void openWindow() {
        if (closed) {
            closed = false;
            if (!requestEnded) {
                window.size(windowBytes);
            }
        }
    }

    private void onEnd() {
        requestEnded = true;
        halfCloseDue = true;
        if (!paused && !reading) {
            readOn();
        }
    }

    /** The stream has failed in the other direction. */
    void gone() {
        requestEnded = true;
        if (!dropping) {
            drop();
            listener.onGone();
        }
    }

    private void readOn() {
        reading = true;
        try {
            while (!paused && !dropping && readMessage()) {
                // Each may be the last that is wanted now.
            }
        } finally {
            reading = false;
        }
        if (!dropping && keep() && !paused) {
            openWindow();
            if (halfCloseDue) {
                halfClose();
            }
        }
    }

    private void halfClose() {
        halfCloseDue = false;
        if (unread.length() == 0) {
            listener.onHalfClose();
        } else {
            broken(GrpcStatus.INTERNAL, "the last message is cut off");
        }
    }

    /** Reads one message; false if it is not whole yet, or is refused. */
    private boolean readMessage() {
        if (unread.length() < PREFIX) {
            return false;
        }
        long length = unread.number();
        if (!acceptable(unread.first(), length) || unread.length() - PREFIX < length) {
            return false;
        }
        unread.skip(PREFIX);
        listener.onMessage(unread.take((int) length));
        return true;
    }

    private boolean acceptable(byte flag, long length) {
        if (flag != 0) {
            broken(GrpcStatus.INTERNAL, "a message is marked as compressed on a stream without compression");
            return false;
        }
        if (length > maxMessageBytes) {
            broken(GrpcStatus.RESOURCE_EXHAUSTED, Oversize.text(length, maxMessageBytes));
            return false;
        }
        return true;
    }

    private void broken(GrpcStatus status, String text) {
        drop();
        listener.onBroken(status, text);
    }
}
