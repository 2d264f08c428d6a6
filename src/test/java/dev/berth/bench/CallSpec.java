package dev.berth.bench;

import dev.berth.call.SlotAnnotation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What calls of one kind have in common.
 *
 * @param slotHash which containers they share; empty: the runner works it out
 * @param headers of the caller, one value each
 * @param memoryMiB of a container
 * @param timeoutSeconds of a call
 * @param idleSeconds how long a container stays without a call
 * @param concurrency calls that a container takes at once
 */
record CallSpec(
        String image,
        byte[] slotHash,
        Map<String, String> headers,
        int memoryMiB,
        int timeoutSeconds,
        int idleSeconds,
        int concurrency) {
    private static final int DEFAULT_MEMORY_MIB = 128;
    private static final int DEFAULT_TIMEOUT_SECONDS = 60;
    private static final int DEFAULT_IDLE_SECONDS = 120;

    CallSpec {
        headers = Map.copyOf(headers);
    }

    static CallSpec of(String image) {
        return new CallSpec(
                image,
                new byte[0],
                Map.of("Content-Type", "application/octet-stream"),
                DEFAULT_MEMORY_MIB,
                DEFAULT_TIMEOUT_SECONDS,
                DEFAULT_IDLE_SECONDS,
                1);
    }

    CallSpec header(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new CallSpec(image, slotHash, more, memoryMiB, timeoutSeconds, idleSeconds, concurrency);
    }

    /** Containers of its own: the text stands for the digest a load balancer would send. */
    CallSpec slot(String text) {
        byte[] hash = text.getBytes(StandardCharsets.US_ASCII);
        byte[] hex = java.util.HexFormat.of().formatHex(hash).getBytes(StandardCharsets.US_ASCII);
        return new CallSpec(image, hex, headers, memoryMiB, timeoutSeconds, idleSeconds, concurrency);
    }

    CallSpec timeout(int seconds) {
        return new CallSpec(image, slotHash, headers, memoryMiB, seconds, idleSeconds, concurrency);
    }

    CallSpec idle(int seconds) {
        return new CallSpec(image, slotHash, headers, memoryMiB, timeoutSeconds, seconds, concurrency);
    }

    CallSpec memory(int mebibytes) {
        return new CallSpec(image, slotHash, headers, mebibytes, timeoutSeconds, idleSeconds, concurrency);
    }

    CallSpec concurrency(int calls) {
        return new CallSpec(image, slotHash, headers, memoryMiB, timeoutSeconds, idleSeconds, calls);
    }

    /** The call document, as a load balancer writes it. */
    String document(String callId) {
        JsonObject values = new JsonObject();
        headers.forEach((name, value) -> values.put(name, new JsonArray().add(value)));
        String unset = "0001-01-01T00:00:00.000Z";
        JsonObject document = new JsonObject()
                .put("id", callId)
                .put("status", "running")
                .put("image", image)
                .put("type", "sync")
                .put("url", "http://localhost:8080/invoke/bench")
                .put("method", "POST")
                .put("timeout", timeoutSeconds)
                .put("idle_timeout", idleSeconds)
                .put("memory", memoryMiB)
                .put("config", new JsonObject().put("FN_FN_ID", "bench").put("FN_APP_ID", "bench"))
                .put("headers", values)
                .put("completed_at", unset)
                .put("created_at", "2026-01-01T00:00:00.000Z")
                .put("started_at", unset)
                .put("app_id", "bench")
                .put("app_name", "bench")
                .put("trigger_id", "")
                .put("fn_id", "bench");
        if (concurrency > 1) {
            document.put("annotations", new JsonObject().put(SlotAnnotation.CONCURRENCY.key(), concurrency));
        }
        return document.encode();
    }
}
