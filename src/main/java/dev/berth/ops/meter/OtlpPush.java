package dev.berth.ops.meter;

import dev.berth.config.MetricsConfig;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.registry.otlp.OtlpConfig;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends metrics to a collector, on a thread of its own. Loaded only if there is one. */
final class OtlpPush {
    private OtlpPush() {}

    /** @param service the name that the collector knows this runner by */
    static MeterRegistry start(MetricsConfig config, URI url, String service, String node) {
        OtlpConfig settings = new OtlpConfig() {
            @Override
            public @Nullable String get(String key) {
                return null;
            }

            @Override
            public String url() {
                return url.toString();
            }

            @Override
            public Duration step() {
                return config.otlpInterval();
            }

            @Override
            public TimeUnit baseTimeUnit() {
                return TimeUnit.SECONDS;
            }

            @Override
            public Map<String, String> resourceAttributes() {
                return Map.of("service.name", service, "service.instance.id", node);
            }
        };
        return new OtlpMeterRegistry(settings, Clock.SYSTEM);
    }
}
