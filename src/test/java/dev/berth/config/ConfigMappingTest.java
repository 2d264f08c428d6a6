package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every setting differs from its default and arrives where it belongs. */
final class ConfigMappingTest {
    @TempDir
    Path folder;

    private Path pem;
    private Path token;
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        pem = Files.writeString(folder.resolve("a.pem"), "");
        token = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        file = Files.writeString(
                folder.resolve("berth.yaml"), ALL.replace("PEM", pem.toString()).replace("TOKEN", token.toString()));
    }

    @Test
    void everySettingOfTheFileArrives() {
        LoadedConfig loaded = ConfigLoader.load(file, Map.of(), Map.of());

        assertThat(loaded.effective()).noneMatch(LoadedConfig.Effective::isDefault);
        assertThat(loaded.config()).isEqualTo(expected());
    }

    @Test
    void everySettingOfTheEnvironmentArrives() {
        LoadedConfig fromFile = ConfigLoader.load(file, Map.of(), Map.of());
        Map<String, String> env = new HashMap<>();
        for (LoadedConfig.Effective setting : fromFile.effective()) {
            env.put(Settings.byKey(setting.key()).variable(), setting.value());
        }
        env.put("BERTH_DOCKER_AUTH", "{\"auths\":{}}");

        LoadedConfig loaded = ConfigLoader.load(null, env, Map.of());

        assertThat(loaded.effective()).allMatch(setting -> setting.source().startsWith("BERTH_"));
        assertThat(loaded.config()).isEqualTo(expected());
    }

    private RunnerConfig expected() {
        return new RunnerConfig(
                new NodeConfig("node-7", 3, Duration.ofMinutes(2), 12),
                new GrpcConfig(
                        "127.0.0.1",
                        9999,
                        8 << 20,
                        32 << 20,
                        2 << 20,
                        500,
                        32 << 10,
                        List.of("10.0.0.0/8", "fd00::/8"),
                        new GrpcConfig.Limits(48 << 20, 300, Duration.ofSeconds(4)),
                        new GrpcConfig.Tls(pem, pem, pem, Duration.ofSeconds(5))),
                new HttpConfig(
                        "0.0.0.0",
                        9198,
                        List.of("berth.example"),
                        new Secret("0123456789abcdef"),
                        new Secret("0123456789abcdef"),
                        new GrpcConfig.Tls(pem, pem, pem, Duration.ofSeconds(6))),
                new CallConfig(
                        true,
                        true,
                        Map.of("A", "1", "B", "x=y"),
                        Set.of("one", "two"),
                        1 << 20,
                        2 << 20,
                        Set.of("/dev/log", "/run/a+b")),
                new RegistryConfig(
                        true,
                        1L << 30,
                        4000,
                        50,
                        false,
                        Duration.ofMillis(30),
                        new KeepConfig(
                                KeepConfig.Keep.VALUE,
                                Duration.ofHours(2),
                                Duration.ofSeconds(7),
                                KeepConfig.Evict.LRU,
                                new FloorConfig(3, 0.5, Duration.ofHours(9)),
                                new ForesightConfig(true, 0.125, Duration.ofSeconds(7)))),
                new WorkerConfig(
                        Duration.ofMillis(-1),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(90),
                        Duration.ofMillis(1500),
                        5_000,
                        1 << 20,
                        Path.of("/run/berth"),
                        Path.of("/host/berth"),
                        SocketTmpfs.ON,
                        "size=1m",
                        new AdoptConfig(AdoptConfig.Adopt.FROZEN, Duration.ofSeconds(40), Duration.ofSeconds(6), true)),
                new StreamConfig(512 << 10, 16 << 10, Duration.ofSeconds(1), Duration.ofSeconds(4)),
                new EngineConfig(EngineConfig.Kind.PROCESS, Path.of("/srv/functions"), Duration.ofMinutes(3)),
                docker(),
                new StatusConfig(
                        "status:1",
                        Path.of("/run/barrier"),
                        List.of("/bin/check", "-v"),
                        Duration.ofSeconds(2),
                        Path.of("/var/crash")),
                new RunnerLogConfig(
                        RunnerLogConfig.Level.DEBUG,
                        RunnerLogConfig.Format.JSON,
                        "tcp://logs.example:514",
                        "berth-7",
                        true),
                new FunctionLogConfig(true, true, 1 << 20, new FunctionLogConfig.Syslog(128 << 10, pem)),
                new TracingConfig(
                        URI.create("http://collector.example:4318/v1/traces"),
                        URI.create("https://zipkin.example/spans?a=1"),
                        0.25,
                        "berth-7"),
                new MetricsConfig(7, URI.create("http://collector.example:4318/v1/metrics"), Duration.ofSeconds(10)),
                new WhyConfig(2 << 20),
                cluster());
    }

    /** Not enabled: the rules between its settings leave no room for a value of each. */
    private ClusterConfig cluster() {
        return new ClusterConfig(
                false,
                "blue",
                new ClusterConfig.Discovery.Members(List.of("10.0.0.1", "10.0.0.2:5701")),
                "10.0.0.1",
                "n1.example",
                5701,
                5702,
                3,
                7,
                new ClusterConfig.Times(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(8),
                        Duration.ofMillis(20),
                        Duration.ofSeconds(10)),
                new ClusterConfig.Tls(pem, pem, pem),
                true);
    }

    private DockerConfig docker() {
        return new DockerConfig(
                "tcp://engine.example:2376",
                true,
                Path.of("/etc/engine"),
                "blue",
                List.of("n1", "n2"),
                new Secret("{\"auths\":{}}"),
                Path.of("/etc/docker"),
                pem,
                true,
                false,
                false,
                70,
                512,
                1000,
                new DockerConfig.Ulimits(1, 2, 3, -1),
                10L << 30,
                Set.of("a:1", "b:2"),
                new DockerConfig.Prefork(4, "pause:1", "/pause now", true, List.of("p1")));
    }

    private static final String ALL = """
            node:
              id: node-7
              eventLoops: 3
              rehearsalCalls: 12
              drainTimeout: 2m
            grpc:
              host: 127.0.0.1
              port: 9999
              maxMessage: 8MiB
              connectionWindow: 32MiB
              streamWindow: 2MiB
              maxConcurrentStreams: 500
              responseFrame: 32KiB
              allow: [10.0.0.0/8, "fd00::/8"]
              budget: 48MiB
              maxConnections: 300
              openTimeout: 4s
              tls:
                certificate: PEM
                key: PEM
                clientAuthority: PEM
                reloadInterval: 5s
            http:
              host: 0.0.0.0
              port: 9198
              hosts: [berth.example]
              readTokenFile: TOKEN
              operatorTokenFile: TOKEN
              tls:
                certificate: PEM
                key: PEM
                clientAuthority: PEM
                reloadInterval: 6s
            call:
              fullDuplex: true
              detached: true
              extraEnv:
                A: 1
                B: x=y
              passedExtensions: [one, two]
              maxRequest: 1MiB
              maxLog: 2MiB
              syslogSockets: [/dev/log, /run/a+b]
            registry:
              nonBlocking: true
              maxMemory: 1GiB
              maxCpuMillis: 4000
              maxWaiters: 50
              wait: false
              nonBlockingWait: 30ms
              keep: value
              maxIdle: 2h
              leastSaved: 7s
              evict: lru
              minIdle: 3
              minIdleShare: 0.5
              minIdleLasts: 9h
              foresight: true
              foresightShare: 0.125
              foresightLeastPeriod: 7s
            worker:
              freezeIdle: never
              startTimeout: 9s
              healthTimeout: 90s
              keepAlive: 1.5s
              maxResponse: 5000
              maxResponseHeader: 1MiB
              socketRoot: /run/berth
              engineSocketRoot: /host/berth
              socketTmpfs: on
              socketTmpfsOptions: size=1m
              adopt: frozen
              adoptWithin: 40s
              adoptWait: 6s
              takeOver: true
            stream:
              window: 512KiB
              maxFrame: 16KiB
              pingInterval: 1s
              pingTimeout: 4s
            engine:
              kind: process
              catalogue: /srv/functions
              pullTimeout: 3m
            docker:
              host: tcp://engine.example:2376
              tlsVerify: true
              certPath: /etc/engine
              labelTag: blue
              networks: n1, n2
              auth: '{"auths":{}}'
              configFolder: /etc/docker
              loadFile: PEM
              enableVolume: true
              readOnlyRoot: false
              unprivileged: false
              maxPids: 70
              maxFsSize: 512MiB
              maxTmpfsInodes: 1000
              imageCleanMax: 10GiB
              imageCleanExempt:
                - a:1
                - b:2
              ulimits:
                openFiles: 1
                lockedMemory: 2
                pendingSignals: 3
                messageQueue: -1
              prefork:
                poolSize: 4
                image: pause:1
                command: /pause now
                useOnce: true
                networks: [p1]
            status:
              image: status:1
              networkBarrier: /run/barrier
              healthCommand: [/bin/check, -v]
              healthTimeout: 2s
              kdumpFolder: /var/crash
            log:
              level: debug
              format: json
              destination: tcp://logs.example:514
              prefix: berth-7
              access: true
            logs:
              stream: true
              live: true
              buffer: 1MiB
              syslog:
                buffer: 128KiB
                authority: PEM
            tracing:
              otlpUrl: http://collector.example:4318
              zipkinUrl: https://zipkin.example/spans?a=1
              sample: 0.25
              service: berth-7
            metrics:
              functions: 7
              otlpUrl: http://collector.example:4318
              otlpInterval: 10s
            why:
              memory: 2MiB
            cluster:
              enabled: false
              name: blue
              dns: ''
              multicast: false
              members: [10.0.0.1, 10.0.0.2:5701]
              host: 10.0.0.1
              publicHost: n1.example
              memberPort: 5701
              busPort: 5702
              leastMembers: 3
              fullView: 7
              beatInterval: 1s
              suspectAfter: 4s
              lostAfter: 8s
              digestInterval: 20ms
              memberTimeout: 10s
              insecure: true
              tls:
                certificate: PEM
                key: PEM
                authority: PEM
            """;
}
