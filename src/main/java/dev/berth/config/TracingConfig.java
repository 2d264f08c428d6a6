package dev.berth.config;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where traces of calls go; without an address there are none.
 *
 * @param otlpUrl takes OTLP's traces over HTTP, as protobuf
 * @param zipkinUrl takes Zipkin's spans, version 2, as JSON
 * @param sample share of the traces begun here that are kept, 0 to 1
 * @param service the name that traces show this runner by
 */
public record TracingConfig(@Nullable URI otlpUrl, @Nullable URI zipkinUrl, double sample, String service) {
    private static final String OTLP_PATH = "/v1/traces";
    private static final String ZIPKIN_PATH = "/api/v2/spans";

    static final Setting<URI> OTLP_URL = Setting.optional(
            "tracing.otlpUrl",
            CollectorUrls.type(OTLP_PATH),
            "Traces of calls are sent here by OTLP over HTTP, as protobuf: an OpenTelemetry collector, Jaeger, Tempo and"
                    + " others, port 4318 as a rule. Without a path: " + OTLP_PATH + ".");

    static final Setting<URI> ZIPKIN_URL = Setting.optional(
                    "tracing.zipkinUrl",
                    CollectorUrls.type(ZIPKIN_PATH),
                    "Traces of calls are sent here as Zipkin's JSON, version 2. Without a path: " + ZIPKIN_PATH + ".")
            .or(FnRules.serverString("FN_ZIPKIN_URL")
                    .as(text -> text.isBlank() ? null : CollectorUrls.parse(text, ZIPKIN_PATH)));

    static final Setting<Double> SAMPLE = Setting.of(
            "tracing.sample",
            SettingTypes.fraction(),
            1.0,
            "Share of the calls that are traced. 1: all, whatever their callers say. Less: of a trace that the caller"
                    + " has begun it is the caller who says, and this is the share of those that begin here.");

    static final Setting<String> SERVICE = Setting.of(
            "tracing.service",
            SettingTypes.string().where("a text that is not empty", text -> !text.isBlank()),
            "fnserver",
            "The name that traces show this runner by; the default is Fn's own.");

    static final List<Setting<?>> ALL = List.of(OTLP_URL, ZIPKIN_URL, SAMPLE, SERVICE);

    static TracingConfig read(Values values) {
        return new TracingConfig(values.get(OTLP_URL), values.get(ZIPKIN_URL), values.get(SAMPLE), values.get(SERVICE));
    }

    public boolean on() {
        return otlpUrl != null || zipkinUrl != null;
    }
}
