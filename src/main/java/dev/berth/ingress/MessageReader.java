package dev.berth.ingress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one gRPC request, read from HTTP/2 directly. While it is paused it keeps what still comes, small
 * pieces put together, and the stream's window is not credited: so it keeps no more than a window, whatever the size of
 * the frames, and the connection's window is free for other streams. Besides that there is at most one message being
 * put together.
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

    /** A piece of so many bytes is kept as it came. */
    private static final int LARGE = 4 * 1024;
    /** Smaller ones are copied into memory of up to so many bytes. */
    private static final int JOINED = 16 * 1024;

    private static final int PREFIX = 5;
    /** Room for the prefix of a message, the wrapping of a frame, and a frame of 64 KiB. */
    private static final int FIRST_ALLOCATION = 64 * 1024 + 64;

    private final ReadStream<Buffer> request;
    private final int maxMessageBytes;
    private final Listener listener;
    private final NodeBudget.Lease lease;
    private final Window window;
    private int windowBytes = FIRST_WINDOW;
    private boolean closed;
    private final Deque<Buffer> unread = new ArrayDeque<>(2);
    private int unreadBytes;
    /** Of these, at most so many are in memory that grew, and may be twice as large, since nothing was kept last. */
    private int joinedBytes;
    /** Whether the last of {@link #unread} may be written to: it is no part of what was received. */
    private boolean own;

    private @Nullable Buffer partial;
    private int partialLength;
    private int partialMemory;
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
        unreadBytes = 0;
        own = false;
        partial = null;
        lease.giveBack();
        openWindow();
    }

    private void onChunk(Buffer chunk) {
        if (dropping || chunk.length() == 0) {
            return;
        }
        append(chunk);
        if (paused) {
            keep();
        } else {
            readOn();
        }
    }

    private void append(Buffer chunk) {
        unreadBytes += chunk.length();
        Buffer last = unread.peekLast();
        boolean small = last != null && chunk.length() < LARGE;
        joinedBytes = last == null ? 0 : joinedBytes + (small ? chunk.length() : 0);
        if (last != null && small && own && last.length() + chunk.length() <= JOINED) {
            last.appendBuffer(chunk);
            return;
        }
        own = small;
        unread.addLast(small ? Buffer.buffer(chunk.length()).appendBuffer(chunk) : chunk);
    }

    private @Nullable Buffer takeUnread() {
        Buffer piece = unread.pollFirst();
        if (piece != null) {
            unreadBytes -= piece.length();
            own &= !unread.isEmpty();
        }
        return piece;
    }

    /** Takes so many bytes from the budget, in place of what was taken before; if there are none the reading ends. */
    private boolean pay(int bytes) {
        if (lease.hold(Math.max(bytes, windowBytes > FIRST_WINDOW ? windowBytes : 0))) {
            return true;
        }
        drop();
        listener.onOverBudget();
        return false;
    }

    /** Pays for what is kept now. */
    private boolean keep() {
        if (!pay(kept())) {
            return false;
        }
        if (paused && !closed && unreadBytes > CLOSE_AFTER) {
            closed = true;
            window.size(0);
        }
        return true;
    }

    private int kept() {
        return unreadBytes
                + Math.min(unreadBytes, joinedBytes)
                + (partial == null ? 0 : Math.max(partialMemory, memoryOf(partial.length())));
    }

    /** A buffer that grows has up to twice its length. */
    private static int memoryOf(int bytes) {
        return Integer.highestOneBit(bytes) * 2;
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
            Buffer chunk;
            while (!paused && !dropping && (chunk = takeUnread()) != null) {
                int used = read(chunk);
                if (used < chunk.length() && !dropping) {
                    Buffer rest = chunk.slice(used, chunk.length());
                    unread.addFirst(rest);
                    unreadBytes += rest.length();
                }
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
        if (partial == null) {
            listener.onHalfClose();
        } else {
            broken(GrpcStatus.INTERNAL, "the last message is cut off");
        }
    }

    /** Reads messages until the chunk is used up or no more are wanted; the result is how much was used. */
    private int read(Buffer chunk) {
        int at = 0;
        while (at < chunk.length() && !paused && !dropping) {
            int left = chunk.length() - at;
            if (partial == null && left >= PREFIX) {
                long length = chunk.getUnsignedInt(at + 1);
                if (!acceptable(chunk.getByte(at), length)) {
                    return at;
                }
                if (left - PREFIX >= length) {
                    int end = at + PREFIX + (int) length;
                    Buffer payload = chunk.slice(at + PREFIX, end);
                    at = end;
                    listener.onMessage(payload);
                    continue;
                }
            }
            at += collect(chunk, at);
        }
        return at;
    }

    /** Takes a piece of a message that came in several chunks; the result is how much was taken. */
    private int collect(Buffer chunk, int at) {
        Buffer collected = partial;
        if (collected == null) {
            int left = chunk.length() - at;
            partialLength = left >= PREFIX ? PREFIX + (int) chunk.getUnsignedInt(at + 1) : PREFIX;
            collected = allocate();
            if (collected == null) {
                return left;
            }
        }
        int taken = Math.min(partialLength - collected.length(), chunk.length() - at);
        collected.appendBuffer(chunk, at, taken);
        if (collected.length() == PREFIX) {
            long length = collected.getUnsignedInt(1);
            if (!acceptable(collected.getByte(0), length)) {
                return taken;
            }
            partialLength = PREFIX + (int) length;
            Buffer whole = allocate();
            if (whole == null) {
                return taken;
            }
            collected = whole.appendBuffer(collected);
        }
        if (collected.length() == partialLength) {
            partial = null;
            listener.onMessage(collected.slice(PREFIX, partialLength));
        }
        return taken;
    }

    /**
     * Grows as bytes come if that is not enough, and is paid for: a prefix alone must not cost megabytes. Null if there
     * is no memory: paid for first, so that a flood of prefixes does not cost 64 KiB of garbage for each it is refused.
     */
    private @Nullable Buffer allocate() {
        partialMemory = Math.min(partialLength, FIRST_ALLOCATION);
        if (!pay(partialMemory)) {
            return null;
        }
        Buffer allocated = Buffer.buffer(partialMemory);
        partial = allocated;
        return allocated;
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
