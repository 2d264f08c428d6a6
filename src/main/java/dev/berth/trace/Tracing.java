package dev.berth.trace;

import dev.berth.config.TracingConfig;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry, with one queue and one thread per collector. Calls put their spans into the queues and go on: what
 * does not fit is lost, and so is what a collector does not take.
 */
public final class Tracing implements CallTracer, AutoCloseable {
    private static final int QUEUE = 4096;
    private static final int BATCH = 512;
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration EXPORT_LIMIT = Duration.ofSeconds(10);
    private static final int STOP_SECONDS = 5;
    /** Ids and image names are the caller's, and may be as long as a message. */
    private static final int MAX_VALUE = 1024;

    private final SdkTracerProvider provider;
    private final Tracer tracer;

    private Tracing(SdkTracerProvider provider) {
        this.provider = provider;
        this.tracer = provider.get("dev.berth");
    }

    /**
     * Loads a lot of classes, and connects to nothing yet.
     *
     * @param config with at least one address
     * @param node this runner's id
     */
    public static Tracing start(TracingConfig config, String node, String version) {
        OpenTelemetryLog.route();
        SdkTracerProviderBuilder builder = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().toBuilder()
                        .put("service.name", config.service())
                        .put("service.version", version)
                        .put("service.instance.id", node)
                        .build())
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(MAX_VALUE)
                        .build())
                .setSampler(sampler(config.sample()));
        URI otlp = config.otlpUrl();
        if (otlp != null) {
            builder.addSpanProcessor(processor(otlp, otlpExporter(otlp)));
        }
        URI zipkin = config.zipkinUrl();
        if (zipkin != null) {
            builder.addSpanProcessor(processor(zipkin, new ZipkinExporter(zipkin, EXPORT_LIMIT)));
        }
        return new Tracing(builder.build());
    }

    /** All of them means all, as with Fn's runner, whose balancers mark few traces as sampled. */
    private static Sampler sampler(double share) {
        return share == 1 ? Sampler.alwaysOn() : Sampler.parentBased(Sampler.traceIdRatioBased(share));
    }

    private static SpanExporter otlpExporter(URI url) {
        return OtlpHttpSpanExporter.builder()
                .setEndpoint(url.toString())
                .setTimeout(EXPORT_LIMIT)
                .setRetryPolicy(null)
                .setMeterProvider(MeterProvider.noop())
                .build();
    }

    private static BatchSpanProcessor processor(URI collector, SpanExporter exporter) {
        return BatchSpanProcessor.builder(new WatchedExporter(exporter, collector))
                .setMaxQueueSize(QUEUE)
                .setMaxExportBatchSize(BATCH)
                .setScheduleDelay(DELAY)
                .setExporterTimeout(EXPORT_LIMIT)
                .setMeterProvider(MeterProvider.noop())
                .build();
    }

    @Override
    public CallTrace begin(Function<String, @Nullable String> metadata, @Nullable String requestId) {
        Context caller = CallerContext.read(metadata);
        Span engage = tracer.spanBuilder(SpanTrace.ENGAGE)
                .setSpanKind(SpanKind.SERVER)
                .setParent(caller)
                .startSpan();
        return engage.isRecording() ? new SpanTrace(tracer, engage, caller, requestId) : CallTrace.NONE;
    }

    /** Sends what waits in the queues. Blocks, five seconds at most. */
    @Override
    public void close() {
        provider.shutdown().join(STOP_SECONDS, TimeUnit.SECONDS);
    }
}
