package dev.berth.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.bus.Queues;
import dev.berth.call.SlotKey;
import dev.berth.config.MetricsConfig;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.Await;
import dev.berth.ingress.CallMeter;
import dev.berth.ops.meter.NodeMeters;
import dev.berth.ops.meter.Specs;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MetricsPageTest {
    private final OpsRig rig = new OpsRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void callsAreCountedByHowTheyEnd() {
        CallMeter calls = rig.meters.calls();
        calls.waiting();
        calls.waiting();
        calls.started();
        calls.ended(null, ErrorCode.OUT_OF_MEMORY, 502, CallMeter.Stage.RUNNING, 2_000_000, 40_000_000, true);
        calls.bytes(7, 11);
        rig.open();

        String text = rig.get("/metrics").text();

        assertThat(text.lines())
                .contains(
                        "berth_calls_total{code=\"out_of_memory\",outcome=\"failed\"} 1.0",
                        "berth_calls_total{code=\"ok\",outcome=\"ok\"} 0.0",
                        "berth_calls_waiting 1.0",
                        "berth_calls_running 0.0",
                        "berth_call_wait_seconds_bucket{result=\"granted\",le=\"0.001\"} 0",
                        "berth_call_wait_seconds_bucket{result=\"granted\",le=\"0.0025\"} 1",
                        "berth_call_run_seconds_count{start=\"cold\"} 1",
                        "berth_call_run_seconds_count{start=\"hot\"} 0",
                        "berth_request_bytes_total 7.0",
                        "berth_response_bytes_total 11.0");
        assertThat(text).doesNotContainPattern("(?m)^[a-z_]+_max[ {]");
    }

    @Test
    void slotsAndRoomAreThoseOfTheMoment() {
        rig.snapshot = new NodeSnapshot(false, 2048, 1024, 4_000, 500, List.of(queue(1), queue(2)));
        rig.open();

        assertThat(rig.get("/metrics").text().lines())
                .contains(
                        "berth_queues 2.0",
                        "berth_memory_bytes{kind=\"total\"} 2048.0",
                        "berth_memory_bytes{kind=\"used\"} 1024.0",
                        "berth_cpu_cores{kind=\"used\"} 0.5",
                        "berth_slots{state=\"idle\"} 0.0");
    }

    @Test
    void tenThousandQueuesAndAHundredFunctionsAreWrittenInATenthOfASecond() throws IOException {
        NodeSnapshot large = new NodeSnapshot(
                false,
                1L << 40,
                1L << 39,
                4_000,
                500,
                IntStream.range(0, 10_000).mapToObj(MetricsPageTest::queue).toList());
        try (NodeMeters meters = new NodeMeters(new MetricsConfig(100, null, Duration.ofMinutes(1)), "n")) {
            meters.complete(null);
            for (int i = 0; i < 150; i++) {
                meters.calls().ended(Specs.call("fn-" + i), null, 0, CallMeter.Stage.RUNNING, 1_000, 1_000, false);
            }
            long best = Long.MAX_VALUE;
            int size = 0;
            for (int i = 0; i < 20; i++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                long began = System.nanoTime();
                meters.write(out, large, false);
                best = Math.min(best, System.nanoTime() - began);
                size = out.size();
            }
            System.out.printf("scrape: %d bytes in %.1f ms%n", size, best / 1e6);
            assertThat(size).isGreaterThan(100_000);
            assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(100));
        }
    }

    @Test
    void whatIsCountedIsSentToACollectorToo() throws Exception {
        Promise<Buffer> sent = Promise.promise();
        HttpServer collector = Await.of(rig.vertx
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    if (request.path().equals("/v1/metrics") && body.length() > 0) {
                        sent.tryComplete(body);
                    }
                    request.response().end();
                }))
                .listen(0, "127.0.0.1"));
        URI url = URI.create("http://127.0.0.1:" + collector.actualPort() + "/v1/metrics");
        try (NodeMeters meters = new NodeMeters(new MetricsConfig(3, url, Duration.ofSeconds(1)), "node-7")) {
            meters.calls().ended(null, null, 0, CallMeter.Stage.RUNNING, 1_000, 1_000, false);

            String told = Await.of(sent.future()).toString(StandardCharsets.ISO_8859_1);
            assertThat(told)
                    .contains("service.name")
                    .contains("node-7")
                    .contains("berth.calls")
                    .contains("outcome");
        }
    }

    @Test
    void registryThatIsSilentLeavesTheRestToBeSeen() {
        rig.registry = () -> Future.failedFuture("silent");
        rig.open();

        OpsRig.Answer answer = rig.get("/metrics");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text().lines()).contains("berth_queues NaN", "berth_calls_waiting 0.0");
    }

    @Test
    void manyWhoAskAtOnceCostOneLookAtTheNode() {
        AtomicInteger looks = new AtomicInteger();
        Promise<NodeSnapshot> slow = Promise.promise();
        rig.registry = () -> {
            looks.incrementAndGet();
            return slow.future();
        };
        rig.open();

        List<Future<OpsRig.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(rig.asking(HttpMethod.GET, "/metrics", Map.of()));
        }
        Await.of(rig.asking(HttpMethod.GET, "/version", Map.of()));
        slow.complete(rig.snapshot);

        for (Future<OpsRig.Answer> answer : answers) {
            assertThat(Await.of(answer).status()).isEqualTo(200);
        }
        assertThat(looks.get()).isEqualTo(1);
    }

    @Test
    void answerCanBeZipped() throws IOException {
        rig.open();

        OpsRig.Answer answer = rig.get("/metrics", Map.of("Accept-Encoding", "deflate, gzip"));

        assertThat(answer.headers()).containsEntry("content-encoding", "gzip");
        try (GZIPInputStream in =
                new GZIPInputStream(new ByteArrayInputStream(answer.body().getBytes()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("berth_calls_total{");
        }
    }

    @Test
    void openMetricsIsGivenToWhoeverWantsIt() {
        rig.open();

        OpsRig.Answer answer = rig.get("/metrics", Map.of("Accept", "application/openmetrics-text;version=1.0.0"));

        assertThat(answer.headers().get("content-type")).startsWith("application/openmetrics-text");
        assertThat(answer.text()).endsWith("# EOF\n");
        assertThat(rig.get("/metrics").headers().get("content-type")).startsWith("text/plain");
    }

    @Test
    void onlyThoseWhoMayLookGetIt() {
        rig.open(OpsRig.config(OpsRig.READER, OpsRig.OPERATOR));

        OpsRig.Answer stranger = rig.get("/metrics");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.headers()).containsEntry("www-authenticate", "Bearer");
        assertThat(rig.get("/metrics", Map.of("Authorization", "Bearer wrong")).status())
                .isEqualTo(401);
        for (String token : List.of(OpsRig.READER, OpsRig.OPERATOR)) {
            assertThat(rig.get("/metrics", Map.of("Authorization", "Bearer " + token))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(rig.get(
                                "/metrics",
                                Map.of("Authorization", "Bearer " + OpsRig.READER, "Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(rig.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void portCountsItsOwnAnswers() {
        rig.open();
        rig.get("/version");
        rig.get("/nope");
        rig.get("/nope/<script>");

        assertThat(rig.get("/metrics").text().lines())
                .contains(
                        "berth_http_requests_total{class=\"2xx\",route=\"/version\"} 1.0",
                        "berth_http_requests_total{class=\"4xx\",route=\"none\"} 2.0");
    }

    static NodeSnapshot.Queue queue(int number) {
        byte[] key = new byte[32];
        key[0] = (byte) number;
        key[1] = (byte) (number >> 8);
        return Queues.of(new SlotKey(key), "image-" + number, 1, 0, 2, 0, 3);
    }
}
