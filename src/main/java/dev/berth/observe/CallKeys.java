package dev.berth.observe;

import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/** What names the call that a line of the log is about. */
public final class CallKeys {
    private CallKeys() {}

    /** @param requestId the balancer's {@code fn_request_id}; null: it gave none */
    public static LoggingEventBuilder add(LoggingEventBuilder line, String callId, @Nullable String requestId) {
        LoggingEventBuilder named = line.addKeyValue("callId", callId);
        return requestId == null ? named : named.addKeyValue("fn_request_id", requestId);
    }
}
