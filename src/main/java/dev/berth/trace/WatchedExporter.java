package dev.berth.trace;

import io.opentelemetry.exporter.internal.FailedExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.net.URI;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log when a collector does not take spans, once a minute at most. Thread-safe. */
final class WatchedExporter implements SpanExporter {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedExporter.class);
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SpanExporter exporter;
    private final URI collector;
    private final LongAdder lost = new LongAdder();
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

    WatchedExporter(SpanExporter exporter, URI collector) {
        this.exporter = exporter;
        this.collector = collector;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        int count = spans.size();
        CompletableResultCode result = exporter.export(spans);
        return result.whenComplete(() -> {
            if (!result.isSuccess()) {
                lost.add(count);
                warn(result.getFailureThrowable());
            }
        });
    }

    private void warn(@Nullable Throwable why) {
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + QUIET_NANOS)) {
            LOG.atWarn()
                    .addKeyValue("collector", collector)
                    .addKeyValue("spans", lost.sumThenReset())
                    .addKeyValue("reason", why == null ? "no answer in time" : reason(why))
                    .log("traces are lost: the collector does not take them");
        }
    }

    private static String reason(Throwable why) {
        if (why instanceof FailedExportException.HttpExportException http && http.getResponse() != null) {
            return ZipkinExporter.answer(http.getResponse().getStatusCode());
        }
        Throwable first = why;
        while (first.getCause() != null && !(first instanceof ConnectException)) {
            first = first.getCause();
        }
        if (first.getMessage() != null) {
            return first.getMessage();
        }
        // The JDK's client has no words for it.
        return first instanceof ConnectException
                ? "no connection"
                : first.getClass().getSimpleName();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
