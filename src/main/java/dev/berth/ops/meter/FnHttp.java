package dev.berth.ops.meter;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What an Fn runner counts of its HTTP port, under Fn's names. Thread-safe. */
final class FnHttp {
    /** Fn's word for a path that it does not serve. */
    private static final String INVALID = "invalid";

    private static final double NANOS = 1e6;

    private final Gauge requests;
    private final Gauge responses;
    private final Histogram latency;

    FnHttp(PrometheusRegistry registry) {
        requests = Gauge.builder()
                .name("fn_api_request_count")
                .help("Requests to the HTTP port.")
                .labelNames("path", "method")
                .withoutExemplars()
                .register(registry);
        responses = Gauge.builder()
                .name("fn_api_response_count")
                .help("Answers of the HTTP port.")
                .labelNames("path", "method", "status", "blame", "fn_fdk_version")
                .withoutExemplars()
                .register(registry);
        latency = Histogram.builder()
                .name("fn_api_latency")
                .help("Milliseconds of answers of the HTTP port.")
                .labelNames("path", "method", "status", "blame", "fn_fdk_version")
                .classicOnly()
                .classicUpperBounds(FnContainers.LATENCY)
                .withoutExemplars()
                .register(registry);
    }

    /** @param route empty: none */
    void answered(String method, String route, int status, long nanos) {
        String path = route.isEmpty() ? INVALID : route;
        // Anybody can make methods up.
        String asked = route.isEmpty() ? INVALID : method;
        requests.labelValues(path, asked).inc();
        responses
                .labelValues(path, asked, Integer.toString(status), "service", "")
                .inc();
        latency.labelValues(path, asked, Integer.toString(status), "service", "")
                .observe(nanos / NANOS);
    }
}
