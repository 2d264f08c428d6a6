package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.TracingConfig;
import dev.berth.trace.TraceCollector;
import dev.berth.trace.TraceCollector.Seen;
import dev.berth.trace.Tracing;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An ingress whose calls are traced, and the collector that is told of them. */
final class TracesRig implements AutoCloseable {
    static final String TRACE = "000102030405060708090a0b0c0d0e0f";
    static final String SPAN = "f0f1f2f3f4f5f6f7";
    static final String OTLP = "/v1/traces";
    static final String ZIPKIN = "/api/v2/spans";
    private final Vertx vertx = Vertx.vertx();
    final TraceCollector collector = new TraceCollector(vertx);
    private Tracing tracing;
    IngressRig ingress;

    void start(String path) {
        start(path, 1);
    }

    void start(String path, double sample) {
        URI url = URI.create(collector.url() + path);
        tracing = Tracing.start(
                path.equals(OTLP)
                        ? new TracingConfig(url, null, sample, "fnserver")
                        : new TracingConfig(null, url, sample, "fnserver"),
                "node-1",
                "0");
        ingress = new IngressRig(tracing);
    }

    EngageCall engage(String... metadata) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < metadata.length; i += 2) {
            headers.add(metadata[i], metadata[i + 1]);
        }
        return ingress.client.engage(headers);
    }

    EngageCall.Result call(String... metadata) {
        return engage(metadata)
                .tryCall(IngressRig.MODEL)
                .data("x", true)
                .halfClose()
                .result();
    }

    static String openCensus(String flags) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex("0000" + TRACE + "01" + SPAN + "02" + flags));
    }

    /** All that was sent, once nothing waits any more. */
    List<Seen> spans() {
        ingress.assertNothingLeft();
        tracing.close();
        return collector.spans;
    }

    Seen span(String name) {
        List<Seen> named =
                spans().stream().filter(span -> span.name().equals(name)).toList();
        assertThat(named).as(name).hasSize(1);
        return named.get(0);
    }

    /** Which a rig that is closed has ended, or will soon. */
    static void assertNoThreadIsLeft() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("BatchSpanProcessor")) {
                thread.join(TimeUnit.SECONDS.toMillis(Await.LIMIT_SECONDS));
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Override
    public void close() {
        ingress.close();
        tracing.close();
        collector.close();
        Await.of(vertx.close());
    }
}
