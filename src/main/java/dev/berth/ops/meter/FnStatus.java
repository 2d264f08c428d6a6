package dev.berth.ops.meter;

import dev.berth.status.StatusMeter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Answers to Status, under Fn's name. Thread-safe. */
final class FnStatus implements StatusMeter {
    private final Gauge answers;

    FnStatus(PrometheusRegistry registry) {
        answers = Gauge.builder()
                .name("fn_status_call")
                .help("Answers to Status where there is a status image.")
                .labelNames("cached", "success", "network")
                .withoutExemplars()
                .register(registry);
    }

    @Override
    public void answered(boolean cached, boolean success, Network network) {
        answers.labelValues(Boolean.toString(cached), Boolean.toString(success), Meters.label(network))
                .inc();
    }
}
