package dev.berth.ingress;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bytes that have come and are not read yet, in the pieces they came in. Short pieces are put together, so that many of
 * them cost no more than a few. Confined to one context.
 */
final class Received {
    /** Bytes; a shorter piece is added to the one before, up to {@link #PUT_TOGETHER} of them. */
    private static final int SHORT = 4 * 1024;

    private static final int PUT_TOGETHER = 16 * 1024;

    private final Deque<Buffer> pieces = new ArrayDeque<>(2);
    /** How much of the first piece has been read. */
    private int at;

    private int length;
    /** Whether the last piece may be added to: it was made here, and nobody else has a part of it. */
    private boolean open;

    int length() {
        return length;
    }

    void add(Buffer chunk) {
        length += chunk.length();
        if (pieces.isEmpty() || chunk.length() >= SHORT) {
            pieces.add(chunk);
            open = false;
        } else if (open && pieces.getLast().length() < PUT_TOGETHER) {
            pieces.getLast().appendBuffer(chunk);
        } else {
            pieces.add(Buffer.buffer(2 * chunk.length()).appendBuffer(chunk));
            open = true;
        }
    }

    /** The first byte; there must be one. */
    byte first() {
        return pieces.element().getByte(at);
    }

    /** The four bytes after the first as a number without sign; they must be there. */
    long number() {
        Buffer head = pieces.element();
        if (head.length() - at > Integer.BYTES) {
            return head.getUnsignedInt(at + 1);
        }
        Buffer cut = Buffer.buffer(2 * Integer.BYTES);
        int from = at + 1;
        for (Buffer piece : pieces) {
            int some = Math.min(piece.length() - from, Integer.BYTES - cut.length());
            cut.appendBuffer(piece, from, some);
            from = 0;
        }
        return cut.getUnsignedInt(0);
    }

    /** Takes so many of the bytes that are there; not copied if they lie in one piece. */
    Buffer take(int bytes) {
        Buffer first = pieces.peek();
        if (first == null || first.length() - at >= bytes) {
            return first == null ? Buffer.buffer(0) : slice(first, bytes);
        }
        Buffer taken = Buffer.buffer(bytes);
        while (taken.length() < bytes) {
            Buffer piece = pieces.element();
            int some = Math.min(bytes - taken.length(), piece.length() - at);
            taken.appendBuffer(piece, at, some);
            skip(some);
        }
        return taken;
    }

    private Buffer slice(Buffer first, int bytes) {
        Buffer taken = first.slice(at, at + bytes);
        open &= pieces.size() > 1;
        skip(bytes);
        return taken;
    }

    /** Drops so many of the bytes that are there. */
    void skip(int bytes) {
        length -= bytes;
        at += bytes;
        while (!pieces.isEmpty() && at >= pieces.element().length()) {
            at -= pieces.remove().length();
        }
        open &= !pieces.isEmpty();
    }

    /** For tests. */
    int pieces() {
        return pieces.size();
    }

    void clear() {
        pieces.clear();
        at = 0;
        length = 0;
        open = false;
    }
}
