package dev.berth.bench;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a closed loop recorded. Latencies in milliseconds, rates per second, sizes in megabytes of 10^6 bytes. */
final class Measurement {
    private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double MEGA = 1e6;
    private static final String REFUSED = "503 ";

    private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
    private final long requestBytes;
    private long replyBytes;
    private long errors;
    private long refused;
    private @Nullable String firstError;
    private long startNanos;
    private long stopNanos;
    private int made;
    private double processorSeconds;

    Measurement(long requestBytes) {
        this.requestBytes = requestBytes;
    }

    void startAt(long nanos) {
        startNanos = nanos;
    }

    void stopAt(long nanos) {
        stopNanos = nanos;
    }

    void succeeded(long nanos, long bytes) {
        latencies.recordValue(nanos);
        replyBytes += bytes;
    }

    void failed(Throwable why) {
        errors++;
        String text = String.valueOf(why.getMessage() == null ? why : why.getMessage());
        boolean refusal = text.startsWith(REFUSED);
        if (refusal) {
            refused++;
        }
        if (firstError == null || !refusal && firstError.startsWith(REFUSED)) {
            firstError = text;
        }
    }

    /** How many calls were made in all, with those of the warm-up and those that failed. */
    void made(int count) {
        made = count;
    }

    /** What all of them cost the process that was measured. */
    void processorSeconds(double seconds) {
        processorSeconds = seconds;
    }

    double processorMillisPerCall() {
        return processorSeconds * 1000 / made;
    }

    long calls() {
        return latencies.getTotalCount();
    }

    long errors() {
        return errors;
    }

    /** Those of the errors that were refusals: nothing ran, and the call may be placed elsewhere. */
    long refused() {
        return refused;
    }

    @Nullable
    String firstError() {
        return firstError;
    }

    double seconds() {
        return (stopNanos - startNanos) / NANOS_PER_SECOND;
    }

    double callsPerSecond() {
        return calls() / seconds();
    }

    double megabytesUp() {
        return requestBytes * calls() / MEGA / seconds();
    }

    double megabytesDown() {
        return replyBytes / MEGA / seconds();
    }

    double millis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }

    double maxMillis() {
        return latencies.getMaxValue() / NANOS_PER_MILLI;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d calls in %.1f s: %.0f/s; p50 %.3f p90 %.3f p99 %.3f max %.1f ms; up %.1f down %.1f MB/s; %d errors%s",
                calls(),
                seconds(),
                callsPerSecond(),
                millis(50),
                millis(90),
                millis(99),
                maxMillis(),
                megabytesUp(),
                megabytesDown(),
                errors,
                firstError == null ? "" : " (first: " + firstError + ")");
    }
}
