package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConfigDefaultsTest {
    private final RunnerConfig config = RunnerConfig.defaults();

    @Test
    void nodeDefaultsAreThese() {
        assertThat(config.node().id()).matches("[A-Za-z0-9-]+");
        assertThat(config.node().eventLoops()).isBetween(1, 512);
        assertThat(config.node().drainTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.node().rehearsalCalls()).isEqualTo(8_000);
    }

    @Test
    void httpDefaultsAreThese() {
        assertThat(config.http()).isEqualTo(new HttpConfig("127.0.0.1", 9191, List.of(), null, null, null));
        assertThat(config.http().on()).isTrue();
    }

    @Test
    void grpcDefaultsAreThese() {
        long heap = Runtime.getRuntime().maxMemory();
        assertThat(config.grpc())
                .isEqualTo(new GrpcConfig(
                        "0.0.0.0",
                        9190,
                        4 << 20,
                        16 << 20,
                        1 << 20,
                        10_000,
                        64 << 10,
                        List.of(),
                        new GrpcConfig.Limits(
                                GrpcSettings.budget(heap), GrpcSettings.maxConnections(heap), Duration.ofSeconds(10)),
                        null));
    }

    @Test
    void whatClientsMayHoldFollowsTheHeap() {
        long mib = 1 << 20;
        assertThat(GrpcSettings.budget(16 * mib)).isEqualTo(8 * mib);
        assertThat(GrpcSettings.budget(128 * mib)).isEqualTo(32 * mib);
        assertThat(GrpcSettings.budget(64_000 * mib)).isEqualTo(512 * mib);
        assertThat(GrpcSettings.maxConnections(128 * mib)).isEqualTo(128);
        assertThat(GrpcSettings.maxConnections(mib)).isEqualTo(64);
        assertThat(GrpcSettings.maxConnections(64_000 * mib)).isEqualTo(4096);
    }

    @Test
    void callDefaultsAreThese() {
        assertThat(config.call()).isEqualTo(new CallConfig(false, false, Map.of(), Set.of(), 0, 1 << 20, Set.of()));
    }

    @Test
    void registryDefaultsAreThese() {
        assertThat(config.registry())
                .isEqualTo(new RegistryConfig(
                        false,
                        0,
                        0,
                        10_000,
                        true,
                        Duration.ofMillis(100),
                        new KeepConfig(
                                KeepConfig.Keep.TIMEOUT,
                                Duration.ofHours(6),
                                Duration.ZERO,
                                KeepConfig.Evict.VALUE,
                                new FloorConfig(8, 0.25, Duration.ofDays(1)),
                                new ForesightConfig(false, 0.05, Duration.ofSeconds(10)))));
    }

    @Test
    void workerDefaultsAreThese() {
        assertThat(config.worker())
                .isEqualTo(new WorkerConfig(
                        Duration.ofMillis(50),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(1),
                        0,
                        10 << 20,
                        Path.of(System.getProperty("java.io.tmpdir")),
                        null,
                        SocketTmpfs.AUTO,
                        "",
                        AdoptConfig.DEFAULT));
    }

    @Test
    void streamDefaultsAreThese() {
        assertThat(config.stream())
                .isEqualTo(new StreamConfig(256 << 10, 64 << 10, Duration.ofSeconds(2), Duration.ofSeconds(10)));
    }

    @Test
    void engineDefaultsAreThese() {
        assertThat(config.engine().kind()).isEqualTo(EngineConfig.Kind.AUTO);
        assertThat(config.engine().catalogue()).isIn(Path.of("src/examples"), Path.of("functions"));
        assertThat(config.engine().pullTimeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void dockerDefaultsAreThese() {
        assertThat(config.docker())
                .isEqualTo(new DockerConfig(
                        "unix:///var/run/docker.sock",
                        false,
                        null,
                        null,
                        List.of(),
                        null,
                        null,
                        null,
                        false,
                        true,
                        true,
                        50,
                        0,
                        0,
                        new DockerConfig.Ulimits(350, 65_536, 5_000, 819_200),
                        0,
                        Set.of(),
                        new DockerConfig.Prefork(0, "busybox", "tail -f /dev/null", false, List.of())));
    }

    @Test
    void statusAndLogDefaultsAreThese() {
        assertThat(config.status()).isEqualTo(new StatusConfig(null, null, List.of(), Duration.ofSeconds(5), null));
        assertThat(config.log())
                .isEqualTo(new RunnerLogConfig(
                        RunnerLogConfig.Level.INFO, RunnerLogConfig.Format.TEXT, "stderr", "", false));
    }

    @Test
    void tracingDefaultsAreThese() {
        assertThat(config.tracing()).isEqualTo(new TracingConfig(null, null, 1, "fnserver"));
        assertThat(config.tracing().on()).isFalse();
    }

    @Test
    void metricsDefaultsAreThese() {
        assertThat(config.metrics()).isEqualTo(new MetricsConfig(100, null, Duration.ofMinutes(1)));
    }

    @Test
    void clusterDefaultsAreThese() {
        assertThat(config.cluster())
                .isEqualTo(new ClusterConfig(
                        false,
                        "berth",
                        null,
                        "127.0.0.1",
                        "127.0.0.1",
                        5701,
                        9192,
                        1,
                        32,
                        new ClusterConfig.Times(
                                Duration.ofMillis(500),
                                Duration.ofMillis(1500),
                                Duration.ofSeconds(3),
                                Duration.ofMillis(50),
                                Duration.ofSeconds(5)),
                        null,
                        false));
    }

    @Test
    void dockerFolderIsThatOfTheHomeFolder() {
        RunnerConfig atHome = RunnerConfig.load(null, Map.of("HOME", "/home/me")::get);
        assertThat(atHome.docker().configFolder()).isEqualTo(Path.of("/home/me/.docker"));
        assertThat(atHome.docker().certPath()).isEqualTo(Path.of("/home/me/.docker"));
    }

    @Test
    void nodeIdIsMadeOfWhatAHostNameHasOfLettersDigitsAndDashes() {
        assertThat(NodeConfig.cleanId("node_1.example.com")).isEqualTo("node-1-example-com");
        assertThat(NodeConfig.cleanId("...")).isEqualTo("berth");
        assertThat(NodeConfig.cleanId("x".repeat(100))).hasSize(63);
    }

    @Test
    void smallMachinesHaveOneEventLoop() {
        assertThat(NodeConfig.eventLoops(1)).isEqualTo(1);
        assertThat(NodeConfig.eventLoops(2)).isEqualTo(1);
        assertThat(NodeConfig.eventLoops(8)).isEqualTo(4);
    }
}
