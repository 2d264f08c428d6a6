package dev.berth.call;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call as its function sees it. The body is not part of it.
 *
 * @param method never empty
 * @param url as the load balancer sent it; only the legacy formats pass it on
 * @param headers the call's headers, without hop-by-hop ones unless the format is a legacy one; several lines per
 *     name keep their order
 * @param deadline when the function must have finished: the call's timeout from the moment the slot was won,
 *     or the RPC's deadline if that is earlier
 * @param requestId the balancer's {@code fn_request_id}, for logs
 * @param firstByteMayBeEarly whether a 200 may arrive before the request body has been handed over
 */
public record CallRequest(
        String callId,
        String appId,
        String fnId,
        String method,
        String url,
        List<Header> headers,
        Instant deadline,
        @Nullable String requestId,
        boolean firstByteMayBeEarly) {
    public CallRequest {
        headers = List.copyOf(headers);
    }
}
