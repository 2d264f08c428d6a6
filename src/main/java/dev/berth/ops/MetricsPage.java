package dev.berth.ops;

import dev.berth.bus.NodeSnapshot;
import dev.berth.ops.meter.NodeMeters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * All metrics as text. Written on a worker thread, one at a time; who asks meanwhile, or soon after, gets the same.
 * Confined to one context.
 */
final class MetricsPage {
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int FIRST_SIZE = 128 * 1024;

    private final Vertx vertx;
    private final NodeMeters meters;
    private final NodeFeed feed;
    private final Kept plain = new Kept(false);
    private final Kept open = new Kept(true);

    MetricsPage(Vertx vertx, NodeMeters meters, NodeFeed feed) {
        this.vertx = vertx;
        this.meters = meters;
        this.feed = feed;
    }

    /** One format, as it was written last. */
    private static final class Kept {
        private final boolean openMetrics;
        private @Nullable Future<Written> writing;
        private @Nullable Written last;

        Kept(boolean openMetrics) {
            this.openMetrics = openMetrics;
        }
    }

    private record Written(Buffer text, Buffer zipped, long at) {}

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/metrics", Role.READER, "All metrics, as Prometheus or OpenMetrics text.", this::answer));
    }

    private void answer(RoutingContext asked) {
        Kept kept = wantsOpenMetrics(asked.request().getHeader(HttpHeaders.ACCEPT)) ? open : plain;
        String encodings = asked.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        boolean zip = encodings != null && encodings.toLowerCase(Locale.ROOT).contains("gzip");
        written(kept)
                .onSuccess(written -> {
                    asked.response().putHeader(HttpHeaders.VARY, "Accept, Accept-Encoding");
                    if (zip) {
                        asked.response().putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
                    }
                    Answers.send(
                            asked.response(),
                            200,
                            NodeMeters.contentType(kept.openMetrics),
                            zip ? written.zipped() : written.text());
                })
                .onFailure(asked::fail);
    }

    private static boolean wantsOpenMetrics(@Nullable String accept) {
        return accept != null && accept.contains("application/openmetrics-text");
    }

    private Future<Written> written(Kept kept) {
        Written last = kept.last;
        if (last != null && System.nanoTime() - last.at() < KEPT_NANOS) {
            return Future.succeededFuture(last);
        }
        Future<Written> writing = kept.writing;
        if (writing == null) {
            writing = feed.snapshot()
                    .otherwiseEmpty()
                    .compose(snapshot -> vertx.executeBlocking(() -> write(snapshot, kept.openMetrics)));
            kept.writing = writing;
            writing.onComplete(done -> {
                kept.writing = null;
                kept.last = done.result();
            });
        }
        return writing;
    }

    private Written write(@Nullable NodeSnapshot snapshot, boolean openMetrics) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(FIRST_SIZE);
        meters.write(text, snapshot, openMetrics);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(FIRST_SIZE / 8);
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            text.writeTo(out);
        }
        return new Written(Buffer.buffer(text.toByteArray()), Buffer.buffer(zipped.toByteArray()), System.nanoTime());
    }
}
