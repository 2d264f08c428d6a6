package dev.berth.ops.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.NodeSnapshot;
import dev.berth.call.ContainerTimings;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.Member;
import dev.berth.config.MetricsConfig;
import dev.berth.container.LifecycleObserver;
import dev.berth.engine.docker.ImageCounts;
import dev.berth.ingress.Await;
import dev.berth.status.StatusMeter;
import dev.berth.stream.StreamStalls;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Dashboards and alerts hang on names: the page of metrics is their list, and says no more and no less than there is. */
final class MetricNamesTest {
    private static final Path PAGE = Path.of("src/site/markdown/metrics.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `((?:berth|fn)_[a-z_]+)` \\| (counter|gauge|histogram) \\|");
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ((?:berth|fn)_\\S+) (\\S+)$");

    @Test
    void pageNamesEveryMetricAndNoOther() throws IOException {
        assertThat(names(ROW, Files.readString(PAGE))).isEqualTo(names(TYPE, scrape()));
    }

    @Test
    void everyMetricSaysWhatItIs() throws IOException {
        String text = scrape();

        assertThat(names(TYPE, text).keySet())
                .allSatisfy(name -> assertThat(text).containsPattern("(?m)^# HELP " + name + " \\S"));
    }

    @Test
    void whatContainersUseAndTheImagesAreUnderFnsNamesToo() throws IOException {
        assertThat(scrape().lines())
                .contains(
                        "fn_docker_stats_mem_usage_sum 2.097152E7",
                        "fn_docker_stats_mem_limit_sum 1.34217728E8",
                        "fn_docker_stats_cpu_total_count 1",
                        "fn_image_cleaner_busy_img_count 1.0",
                        "fn_image_cleaner_busy_img_size 10.0",
                        "fn_image_cleaner_idle_img_count 2.0",
                        "fn_image_cleaner_idle_img_size 20.0",
                        "fn_image_cleaner_max_img_size 30.0");
    }

    @Test
    void answersToStatusAndWaitsForContainersAreUnderFnsNamesToo() throws IOException {
        assertThat(scrape().lines())
                .contains(
                        "fn_status_call{cached=\"false\",network=\"true\",success=\"true\"} 1.0",
                        "fn_status_call{cached=\"true\",network=\"error\",success=\"false\"} 1.0",
                        "fn_container_wait_duration_seconds_sum{app_id=\"\",fn_id=\"\",image_name=\"\"} 2.0")
                .anyMatch(line -> line.startsWith("fn_process_virtual_memory_max_bytes "));
    }

    private static Map<String, String> names(Pattern pattern, String text) {
        Map<String, String> names = new TreeMap<>();
        pattern.matcher(text).results().forEach((MatchResult found) -> names.put(found.group(1), found.group(2)));
        return names;
    }

    private static String scrape() throws IOException {
        Vertx vertx = Vertx.vertx();
        try (NodeMeters meters = new NodeMeters(new MetricsConfig(3, null, Duration.ofMinutes(1)), "n")) {
            meters.complete(new ClusterBoard(new Member("i", "n", "h", 1, 1, "v", 0), 1));
            meters.ready(() -> true);
            meters.certificates(Map.of("grpc", Path.of("/nowhere")));
            meters.status().answered(false, true, StatusMeter.Network.TRUE);
            meters.status().answered(true, false, StatusMeter.Network.ERROR);
            meters.slots().launched(Specs.spec("fn").key(), 0, 2_000_000);
            meters.lag(0).accept(1);
            meters.answered("GET", "/version", 200, 1_000);
            meters.engine().onCall("create_container", 201, 1);
            meters.engine().onImages(new ImageCounts(1, 10, 2, 20, 30));
            LifecycleObserver container = meters.lifecycle().of("c", Specs.spec("fn"));
            meters.streams(StreamStalls.of(vertx));
            container.ready(ContainerTimings.NONE);
            container.used(5_000_000, 0);
            container.callPeak(20L << 20);
            container.exited(0);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            meters.write(out, new NodeSnapshot(false, 1, 1, 1, 1, List.of()), false);
            return out.toString(StandardCharsets.UTF_8);
        } finally {
            Await.of(vertx.close());
        }
    }
}
