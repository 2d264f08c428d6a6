package dev.berth.call;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a call document that a runner acts on, checked and with defaults applied. Made by
 * {@link CallModelParser}.
 *
 * @param image never empty
 * @param detached whether the caller wants its answer when the call starts, and no output
 * @param method never empty, an HTTP token
 * @param timeout positive
 * @param idleTimeout positive
 * @param memoryMiB not negative; may be far more than any machine has
 * @param cpuMillis thousandths of a CPU
 * @param annotations each value as compact JSON
 * @param headers lines of one name keep their order
 * @param path the route, in legacy calls; else empty
 */
public record CallModel(
        String id,
        String image,
        boolean detached,
        String method,
        String url,
        Duration timeout,
        Duration idleTimeout,
        long tmpfsMiB,
        long memoryMiB,
        long cpuMillis,
        Map<String, String> config,
        Map<String, String> annotations,
        Map<String, List<String>> headers,
        @Nullable String syslogUrl,
        String appId,
        String appName,
        String fnId,
        String path,
        CallFormat format) {
    public CallModel {
        config = Map.copyOf(config);
        annotations = Map.copyOf(annotations);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }
}
