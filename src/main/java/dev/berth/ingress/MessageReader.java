package dev.berth.ingress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one gRPC request, read from HTTP/2 directly. The library's own reader goes on reading while
 * it is paused, up to 16 messages of any size; this one stops at once, so that a stream that is held back
 * keeps no more than its HTTP/2 window and the chunk it was reading. Besides that there is at most one message
 * being put together.
 *
 * <p>Payloads share memory with what was received. Confined to the stream's context.
 */
final class MessageReader {

    /** Who reads. Nothing is called after {@link #onBroken} or {@link #onGone}, or after {@link #drop()}. */
    interface Listener {
        void onMessage(Buffer payload);

        /** No message will follow. */
        void onHalfClose();

        /** What came is no sequence of messages, or one is too large. The rest is dropped. */
        void onBroken(GrpcStatus status, String text);

        /** The stream was reset or its connection lost. At most once. */
        void onGone();
    }

    private static final int PREFIX = 5;
    /** Room for the prefix of a message, the wrapping of a frame, and a frame of 64 KiB. */
    private static final int FIRST_ALLOCATION = 64 * 1024 + 64;

    private final ReadStream<Buffer> request;
    private final int maxMessageBytes;
    private final Listener listener;
    private @Nullable Buffer unread;
    private @Nullable Buffer partial;
    private int partialLength;
    private boolean paused;
    private boolean reading;
    private boolean dropping;
    private boolean requestEnded;
    private boolean halfCloseDue;

    MessageReader(ReadStream<Buffer> request, int maxMessageBytes, Listener listener) {
        this.request = request;
        this.maxMessageBytes = maxMessageBytes;
        this.listener = listener;
    }

    void start() {
        request.handler(this::onChunk);
        request.endHandler(v -> onEnd());
        request.exceptionHandler(failure -> gone());
    }

    /** Delivers nothing more until {@link #resume()}. */
    void pause() {
        if (!paused) {
            paused = true;
            pauseRequest();
        }
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

    /** Reads and drops whatever still comes, so that it does not fill the connection's window. */
    void drop() {
        dropping = true;
        unread = null;
        partial = null;
        resumeRequest();
    }

    private void onChunk(Buffer chunk) {
        if (!dropping) {
            unread = unread == null ? chunk : unread.copy().appendBuffer(chunk);
            if (!paused) {
                readOn();
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
            dropping = true;
            unread = null;
            partial = null;
            listener.onGone();
        }
    }

    private void readOn() {
        reading = true;
        try {
            Buffer chunk;
            while (!paused && !dropping && (chunk = unread) != null) {
                unread = null;
                int used = read(chunk);
                if (used < chunk.length() && !dropping) {
                    unread = chunk.slice(used, chunk.length());
                }
            }
        } finally {
            reading = false;
        }
        if (!paused && !dropping) {
            if (halfCloseDue) {
                halfClose();
            } else {
                resumeRequest();
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
        }
        int taken = Math.min(partialLength - collected.length(), chunk.length() - at);
        collected.appendBuffer(chunk, at, taken);
        if (collected.length() == PREFIX) {
            long length = collected.getUnsignedInt(1);
            if (!acceptable(collected.getByte(0), length)) {
                return taken;
            }
            partialLength = PREFIX + (int) length;
            collected = allocate().appendBuffer(collected);
        }
        if (collected.length() == partialLength) {
            partial = null;
            listener.onMessage(collected.slice(PREFIX, partialLength));
        }
        return taken;
    }

    /** Grows as bytes come if that is not enough: a prefix alone must not cost megabytes. */
    private Buffer allocate() {
        Buffer allocated = Buffer.buffer(Math.min(partialLength, FIRST_ALLOCATION));
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

    // A request that has ended refuses to be paused and resumed.

    private void pauseRequest() {
        if (!requestEnded) {
            request.pause();
        }
    }

    private void resumeRequest() {
        if (!requestEnded) {
            request.resume();
        }
    }
}
