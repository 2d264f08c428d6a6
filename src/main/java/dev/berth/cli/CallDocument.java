package dev.berth.cli;

import com.google.protobuf.ByteString;
import dev.berth.call.Ulids;
import dev.berth.proto.TryCall;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a load balancer says of a call, as one Fn's would say it.
 *
 * @param memoryMiB container limit
 * @param cpus such as {@code 100m} or {@code 0.5}; null: no limit
 * @param config the function's own configuration
 * @param slotHash hex; empty: the runner computes it
 */
public record CallDocument(
        String id,
        String image,
        String appId,
        String fnId,
        String type,
        @Nullable String format,
        String method,
        String url,
        Duration timeout,
        Duration idleTimeout,
        long memoryMiB,
        @Nullable String cpus,
        @Nullable String syslogUrl,
        Map<String, String> config,
        Map<String, List<String>> headers,
        Map<String, String> extensions,
        String slotHash) {
    /** A sync call with the defaults of a load balancer. */
    public static CallDocument of(String image) {
        return new CallDocument(
                newId(),
                image,
                "cli",
                image,
                "sync",
                null,
                "POST",
                "http://localhost/invoke/" + image,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                128,
                null,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                "");
    }

    private static final Ulids IDS = new Ulids(System::currentTimeMillis, new SecureRandom());
    private static final String UNSET_TIME = "0001-01-01T00:00:00.000Z";

    public TryCall toTryCall() {
        return TryCall.newBuilder()
                .setModelsCallJson(json().encode())
                .setSlotHashId(ByteString.copyFromUtf8(slotHash))
                .putAllExtensions(extensions)
                .build();
    }

    JsonObject json() {
        JsonObject json = new JsonObject()
                .put("id", id)
                .put("status", "running")
                .put("image", image)
                .put("type", type)
                .put("url", url)
                .put("method", method)
                .put("timeout", timeout.toSeconds())
                .put("idle_timeout", idleTimeout.toSeconds())
                .put("memory", memoryMiB)
                .put("config", environment())
                .put("headers", headerLists())
                .put("completed_at", UNSET_TIME)
                .put("created_at", UNSET_TIME)
                .put("started_at", UNSET_TIME)
                .put("app_id", appId)
                .put("app_name", appId)
                .put("trigger_id", "")
                .put("fn_id", fnId);
        putUnlessNull(json, "format", format);
        putUnlessNull(json, "cpus", cpus);
        putUnlessNull(json, "syslog_url", syslogUrl);
        return json;
    }

    private JsonObject environment() {
        JsonObject environment = new JsonObject();
        config.forEach(environment::put);
        return environment
                .put("FN_MEMORY", Long.toString(memoryMiB))
                .put("FN_TYPE", "sync")
                .put("FN_FN_ID", fnId)
                .put("FN_APP_ID", appId);
    }

    private JsonObject headerLists() {
        JsonObject lists = new JsonObject();
        headers.forEach((name, values) -> lists.put(name, new JsonArray(values)));
        return lists;
    }

    private static void putUnlessNull(JsonObject json, String key, @Nullable String value) {
        if (value != null) {
            json.put(key, value);
        }
    }

    /** 26 letters: time, then chance. */
    public static String newId() {
        return IDS.get();
    }
}
