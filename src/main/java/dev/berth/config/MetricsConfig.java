package dev.berth.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and where it is sent besides the operations port.
 *
 * @param functions how many functions have metrics of their own
 * @param otlpUrl takes OTLP's metrics over HTTP, as protobuf; null: they are sent nowhere
 * @param otlpInterval how often they are sent
 */
public record MetricsConfig(int functions, @Nullable URI otlpUrl, Duration otlpInterval) {
    private static final String OTLP_PATH = "/v1/metrics";

    static final Setting<Integer> FUNCTIONS = Setting.of(
            "metrics.functions",
            SettingTypes.integer(0, 200),
            100,
            "How many functions have metrics of their own, about 30 lines each. The busiest do; the rest are counted"
                    + " together.");

    static final Setting<URI> OTLP_URL = Setting.optional(
            "metrics.otlpUrl",
            CollectorUrls.type(OTLP_PATH),
            "Berth's own metrics are sent here too, by OTLP over HTTP, as protobuf. Without a path: " + OTLP_PATH
                    + ".");

    static final Setting<Duration> OTLP_INTERVAL = Setting.of(
            "metrics.otlpInterval",
            SettingTypes.duration(Duration.ofSeconds(1)),
            Duration.ofMinutes(1),
            "How often they are sent.");

    static final List<Setting<?>> ALL = List.of(FUNCTIONS, OTLP_URL, OTLP_INTERVAL);

    static MetricsConfig read(Values values) {
        return new MetricsConfig(values.get(FUNCTIONS), values.get(OTLP_URL), values.get(OTLP_INTERVAL));
    }
}
