package dev.berth.why;

import dev.berth.call.SlotAnnotation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A record as JSON. What was not is not there; every time is in microseconds unless its name says otherwise. */
public final class WhyJson {
    /** Of the shape; fields that come later do not raise it. */
    private static final int VERSION = 1;

    private WhyJson() {}

    public static JsonObject of(CallRecord call) {
        JsonObject json = new JsonObject()
                .put("v", VERSION)
                .put("id", call.id())
                .put("text", WhyText.of(call))
                .put("node", call.node())
                .put("image", call.image())
                .put("app", call.appId())
                .put("fn", call.fnId())
                .put("key", Long.toHexString(call.key()))
                .put("at", Instant.ofEpochMilli(call.atMillis()).toString())
                .put("timesUs", times(call))
                .put("start", word(call.facts().start()))
                .put("waited", word(call.facts().waited()))
                .put("bytes", new JsonObject().put("in", call.requestBytes()).put("out", call.responseBytes()))
                .put("end", end(call))
                .put("kept", call.sampled() ? "sample" : "interesting");
        put(json, "ranOn", call.ranElsewhere());
        put(json, "cold", cold(call.facts().cold()));
        put(json, "refused", refused(call));
        put(json, "shortage", shortage(call.facts().shortage()));
        put(json, "truth", truth(call.ran().truth()));
        put(json, "trace", call.traceId());
        put(json, "candidates", candidates(call));
        put(json, "ignoredAnnotations", ignored(call));
        positive(json, "ahead", call.facts().ahead());
        positive(json, "busy", call.facts().busy());
        positive(json, "askedAgain", call.asked());
        positive(json, "lostSlots", call.lostSlots());
        return json;
    }

    private static JsonObject times(CallRecord call) {
        JsonObject times = new JsonObject()
                .put("wait", call.times().waited())
                .put("run", call.times().run())
                .put("total", call.times().total());
        positive(times, "head", call.times().head());
        positive(times, "wake", micros(call.ran().wakeNanos()));
        positive(times, "pull", micros(call.timings().imagePull()));
        positive(times, "prepare", micros(call.timings().prepare()));
        positive(times, "create", micros(call.timings().create()));
        positive(times, "init", micros(call.timings().init()));
        return times;
    }

    private static @Nullable JsonObject cold(@Nullable ColdCause cause) {
        if (cause == null) {
            return null;
        }
        JsonObject cold = new JsonObject().put("reason", word(cause.reason()));
        positive(cold, "agoMs", cause.agoMillis());
        switch (cause.reason()) {
            case ALL_BUSY -> cold.put("busy", cause.number());
            case EXPIRED -> cold.put("idleMs", cause.number());
            case EXITED -> cold.put("exitCode", cause.number());
            case EVICTED -> {
                cold.put("for", cause.other());
                positive(cold, "wantedBytes", cause.wantedBytes());
                positive(cold, "freeBytes", cause.freeBytes());
            }
            default -> {
                // Nothing more is known of it.
            }
        }
        return cold;
    }

    private static @Nullable JsonObject refused(CallRecord call) {
        return call.facts().refused() == SlotFacts.Refused.NONE
                ? null
                : new JsonObject().put("reason", word(call.facts().refused()));
    }

    private static @Nullable JsonObject shortage(@Nullable Shortage shortage) {
        if (shortage == null) {
            return null;
        }
        JsonArray holders = new JsonArray();
        for (Shortage.Holder holder : shortage.holders()) {
            JsonObject each = new JsonObject().put("image", holder.image());
            positive(each, "bytes", holder.bytes());
            positive(each, "cpuMillis", holder.cpuMillis());
            holders.add(each);
        }
        JsonObject json = new JsonObject().put("resource", shortage.ofMemory() ? "memory" : "cpu");
        positive(json, "missingBytes", shortage.missingBytes());
        positive(json, "missingCpuMillis", shortage.missingCpuMillis());
        positive(json, "wantedBytes", shortage.wantedBytes());
        positive(json, "wantedCpuMillis", shortage.wantedCpuMillis());
        put(json, "first", shortage.first().isEmpty() ? null : shortage.first());
        return json.put("holders", holders);
    }

    private static @Nullable JsonArray candidates(CallRecord call) {
        if (call.tries().isEmpty()) {
            return null;
        }
        JsonArray tries = new JsonArray();
        for (Try each : call.tries()) {
            tries.add(new JsonObject()
                    .put("node", each.node())
                    .put("outcome", word(each.outcome()))
                    .put("us", each.micros()));
        }
        return tries;
    }

    private static @Nullable JsonArray ignored(CallRecord call) {
        return call.ignored().isEmpty()
                ? null
                : new JsonArray(call.ignored().stream()
                        .sorted()
                        .map(SlotAnnotation::key)
                        .toList());
    }

    private static JsonObject end(CallRecord call) {
        CallRecord.End end = call.end();
        JsonObject json = new JsonObject().put("ok", end == null);
        if (end != null) {
            json.put("code", end.code().name())
                    .put("wire", end.wire())
                    .put("text", end.text())
                    .put("blame", word(end.code().blame()));
        }
        ContainerFate fate = call.ran().fate();
        if (fate.kind() != ContainerFate.Kind.UNKNOWN) {
            json.put("container", word(fate.kind()));
        }
        if (fate.kind() == ContainerFate.Kind.EXITED) {
            json.put("exitCode", fate.code());
        }
        return json;
    }

    private static @Nullable JsonObject truth(Truth truth) {
        if (!truth.known()) {
            return null;
        }
        JsonObject json = new JsonObject().put("cpuUs", truth.cpuMicros()).put("throttledUs", truth.throttledMicros());
        if (truth.peakBytes() > 0) {
            json.put("peakBytes", truth.peakBytes()).put("peakOf", truth.peakOfCall() ? "call" : "container");
        }
        positive(json, "limitBytes", truth.limitBytes());
        return json;
    }

    private static void put(JsonObject json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static void positive(JsonObject json, String name, long value) {
        if (value > 0) {
            json.put(name, value);
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos);
    }
}
