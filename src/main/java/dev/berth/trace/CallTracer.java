package dev.berth.trace;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins the traces of calls. Thread-safe; never blocks. */
public interface CallTracer {
    /** Tracing is off. */
    CallTracer NONE = (metadata, requestId) -> CallTrace.NONE;

    /**
     * An Engage stream has opened.
     *
     * @param metadata the stream's, by name; null where there is none of that name
     * @param requestId the balancer's {@code fn_request_id}
     */
    CallTrace begin(Function<String, @Nullable String> metadata, @Nullable String requestId);
}
