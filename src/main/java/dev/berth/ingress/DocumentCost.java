package dev.berth.ingress;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** What a call's message costs in memory once it has been read, while the call waits and runs. */
final class DocumentCost {
    /** Shorter ones are paid for with their stream. */
    private static final int SHORT = NodeBudget.UNIT;

    /** Each text of a document becomes objects of its own, whatever its length; two quotation marks make one. */
    private static final long PER_QUOTE = 100;

    /** The text as it came, and its parts in the call, in its container's settings and in its request. */
    private static final long COPIES = 3;

    private static final int PART = 8192;

    private DocumentCost() {}

    /** Takes the bytes; what the caller is told if that is refused. */
    static @Nullable RunnerException take(long bytes, NodeBudget.Lease lease) {
        if (lease.hold(bytes)) {
            return null;
        }
        return lease.canEverHold(bytes)
                ? ErrorCode.SERVER_BUSY.exception()
                : ErrorCode.INVALID_JSON.exception("Invalid JSON: the call document is too large for this runner");
    }

    /** Bytes, on the safe side; 0 for a short one. */
    static long of(Buffer message) {
        int length = message.length();
        if (length <= SHORT) {
            return 0;
        }
        long quotes = 0;
        byte[] part = new byte[PART];
        for (int at = 0; at < length; at += PART) {
            int end = Math.min(length, at + PART);
            message.getBytes(at, end, part);
            for (int i = 0; i < end - at; i++) {
                if (part[i] == '"') {
                    quotes++;
                }
            }
        }
        return COPIES * length + PER_QUOTE * quotes;
    }
}
