package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fn's variables set what they set in Fn, read by Fn's rules. */
final class FnVariablesTest {
    private static final String TABLE = """
            FN_GRPC_PORT                        | ' 9191 '       | grpc.port                | 9191
            FN_PORT                             | 8080           | http.port                | 8080
            FN_PORT                             | 0              | http.port                | 0
            FN_MAX_REQUEST_SIZE                 | 2048           | call.maxRequest          | 2KiB
            FN_MAX_LOG_SIZE_BYTES               | 4096           | call.maxLog              | 4KiB
            FN_ENABLE_NB_RESOURCE_TRACKER       | T              | registry.nonBlocking     | true
            FN_MAX_TOTAL_MEMORY_BYTES           | 1073741824     | registry.maxMemory       | 1GiB
            FN_MAX_TOTAL_MEMORY_BYTES           | 18446744073709551615 | registry.maxMemory | 9223372036854775807
            FN_MAX_TOTAL_CPU_MCPUS              | 1500           | registry.maxCpuMillis    | 1500
            FN_FREEZE_IDLE_MSECS                | 0              | worker.freezeIdle        | 0s
            FN_FREEZE_IDLE_MSECS                | -5             | worker.freezeIdle        | never
            FN_FREEZE_IDLE_MSECS                | 9223372036854  | worker.freezeIdle        | never
            FN_FREEZE_IDLE_MSECS                | ''             | worker.freezeIdle        | 50ms
            FN_HOT_START_TIMEOUT_MSECS          | 7000           | worker.startTimeout      | 7s
            FN_HOT_START_TIMEOUT_MSECS          | -1             | worker.startTimeout      | never
            FN_HOT_START_TIMEOUT_MSECS          | 3153600000000  | worker.startTimeout      | never
            FN_HOT_PULL_TIMEOUT_MSECS           | 60000          | engine.pullTimeout       | 1m
            FN_MAX_RESPONSE_SIZE                | 10             | worker.maxResponse       | 10
            FN_MAX_RESPONSE_SIZE                | ''             | worker.maxResponse       | 0
            FN_MAX_HDR_RESPONSE_SIZE            | 1024           | worker.maxResponseHeader | 1KiB
            FN_IOFS_PATH                        | ' /run/iofs '  | worker.socketRoot        | /run/iofs
            FN_IOFS_DOCKER_PATH                 | /host/iofs     | worker.engineSocketRoot  | /host/iofs
            FN_IOFS_TMPFS                       | 1              | worker.socketTmpfs       | on
            FN_IOFS_OPTS                        | size=1m        | worker.socketTmpfsOptions | size=1m
            FN_CONTAINER_LABEL_TAG              | blue           | docker.labelTag          | blue
            FN_DOCKER_NETWORKS                  | 'a  b'         | docker.networks          | a b
            FN_DOCKER_LOAD_FILE                 | pom.xml        | docker.loadFile          | pom.xml
            FN_IMAGE_ENABLE_VOLUME              | True           | docker.enableVolume      | true
            FN_DISABLE_READONLY_ROOTFS          | true           | docker.readOnlyRoot      | false
            FN_DISABLE_READONLY_ROOTFS          | f              | docker.readOnlyRoot      | true
            FN_DISABLE_UNPRIVILEGED_CONTAINERS  | 1              | docker.unprivileged      | false
            FN_MAX_PIDS                         | 7              | docker.maxPids           | 7
            FN_MAX_FS_SIZE_MB                   | 512            | docker.maxFsSize         | 512MiB
            FN_MAX_TMPFS_INODES                 | 9              | docker.maxTmpfsInodes    | 9
            FN_IMAGE_CLEAN_MAX_SIZE             | 1048576        | docker.imageCleanMax     | 1MiB
            FN_IMAGE_CLEAN_EXEMPT_TAGS          | 'a:1 b:2'      | docker.imageCleanExempt  | a:1 b:2
            FN_MAX_OPEN_FILES                   | 1              | docker.ulimits.openFiles | 1
            FN_MAX_LOCKED_MEMORY                | 2              | docker.ulimits.lockedMemory | 2
            FN_MAX_PENDING_SIGNALS              | 3              | docker.ulimits.pendingSignals | 3
            FN_MAX_MESSAGE_QUEUE                | 18446744073709551615 | docker.ulimits.messageQueue | -1
            FN_EXPERIMENTAL_PREFORK_POOL_SIZE   | 3              | docker.prefork.poolSize  | 3
            FN_EXPERIMENTAL_PREFORK_POOL_SIZE   | 0              | docker.prefork.poolSize  | 0
            FN_EXPERIMENTAL_PREFORK_POOL_SIZE   | ''             | docker.prefork.poolSize  | 0
            FN_EXPERIMENTAL_PREFORK_IMAGE       | pause          | docker.prefork.image     | pause
            FN_EXPERIMENTAL_PREFORK_CMD         | ''             | docker.prefork.command   | ''
            FN_EXPERIMENTAL_PREFORK_USE_ONCE    | 2              | docker.prefork.useOnce   | true
            FN_EXPERIMENTAL_PREFORK_NETWORKS    | p              | docker.prefork.networks  | p
            FN_DOCKER_AUTH                      | '{}'           | docker.auth              | ***
            DOCKER_AUTH                         | '{}'           | docker.auth              | ***
            DOCKER_HOST                         | tcp://e:2375   | docker.host              | tcp://e:2375
            DOCKER_HOST                         | ''             | docker.host              | unix:///var/run/docker.sock
            DOCKER_TLS_VERIFY                   | 0              | docker.tlsVerify         | true
            DOCKER_CERT_PATH                    | /etc/certs     | docker.certPath          | /etc/certs
            DOCKER_CONFIG                       | /etc/docker    | docker.configFolder      | /etc/docker
            FN_ZIPKIN_URL                       | http://z:9411/api/v2/spans | tracing.zipkinUrl | http://z:9411/api/v2/spans
            FN_ZIPKIN_URL                       | http://z:9411  | tracing.zipkinUrl        | http://z:9411/api/v2/spans
            FN_ZIPKIN_URL                       | ''             | tracing.zipkinUrl        | ''
            FN_LOG_LEVEL                        | FATAL          | log.level                | error
            FN_LOG_LEVEL                        | warning        | log.level                | warn
            FN_LOG_LEVEL                        | loud           | log.level                | info
            FN_LOG_FORMAT                       | json           | log.format               | json
            FN_LOG_FORMAT                       | xml            | log.format               | text
            FN_LOG_DEST                         | logs:514       | log.destination          | udp://logs:514
            FN_LOG_DEST                         | tcp://logs:514 | log.destination          | tcp://logs:514
            FN_LOG_DEST                         | file:///a/b    | log.destination          | file:///a/b
            FN_LOG_DEST                         | udp://h:1/path | log.destination          | stderr
            FN_LOG_PREFIX                       | tag            | log.prefix               | tag
            """;
    private static final Set<String> TOGETHER = Set.of("FN_NODE_CERT", "FN_NODE_CERT_KEY", "FN_NODE_CERT_AUTHORITY");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = TABLE)
    void variableArrives(String variable, String text, String key, String expected) {
        LoadedConfig loaded = load(Map.of(variable, text));
        assertThat(value(loaded, key)).isEqualTo(expected);
    }

    @Test
    void everyVariableIsInTheTableAbove() {
        Set<String> tested =
                TABLE.lines().map(line -> line.split("\\|")[0].trim()).collect(Collectors.toSet());
        Set<String> known = Settings.ALL.stream()
                .flatMap(setting -> setting.aliases().stream().map(FnVariable::name))
                .filter(name -> !TOGETHER.contains(name))
                .collect(Collectors.toSet());
        assertThat(tested).isEqualTo(known);
    }

    @Test
    void ourOwnVariableWinsOverFnsAndFnsOverTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("berth.yaml"), "grpc:\n  port: 1\ndocker:\n  maxPids: 1\n");
        Map<String, String> env = Map.of("FN_GRPC_PORT", "2", "BERTH_GRPC_PORT", "3", "FN_MAX_PIDS", "2");

        LoadedConfig loaded = ConfigLoader.load(file, env, Map.of());

        assertThat(value(loaded, "grpc.port")).isEqualTo("3");
        assertThat(value(loaded, "docker.maxPids")).isEqualTo("2");
        assertThat(ConfigLoader.load(file, env, Map.of("grpc.port", "4"))
                        .config()
                        .grpc()
                        .port())
                .isEqualTo(4);
    }

    @Test
    void newerNameOfTheCredentialsWins() {
        LoadedConfig loaded = load(Map.of("FN_DOCKER_AUTH", "new", "DOCKER_AUTH", "old"));
        assertThat(loaded.config().docker().auth()).isEqualTo(new Secret("new"));
    }

    @Test
    void emptyVariableOverridesTheFile() throws IOException {
        Path file = Files.writeString(folder.resolve("berth.yaml"), "docker:\n  labelTag: a\n  networks: [n]\n");
        LoadedConfig loaded =
                ConfigLoader.load(file, Map.of("FN_CONTAINER_LABEL_TAG", "", "FN_DOCKER_NETWORKS", ""), Map.of());
        assertThat(loaded.config().docker().labelTag()).isNull();
        assertThat(loaded.config().docker().networks()).isEmpty();
    }

    @Test
    void serverVariableMayNameAFile() throws IOException {
        Path port = Files.writeString(folder.resolve("port"), "9300\n");
        LoadedConfig loaded = load(Map.of("FN_GRPC_PORT_FILE", port.toString()));
        assertThat(loaded.config().grpc().port()).isEqualTo(9300);
        assertThat(loaded.effective()).contains(new LoadedConfig.Effective("grpc.port", "9300", "FN_GRPC_PORT_FILE"));
    }

    @Test
    void allThreeTlsVariablesMakeMutualTls() throws IOException {
        LoadedConfig loaded = load(tls("FN_NODE_CERT", "FN_NODE_CERT_KEY", "FN_NODE_CERT_AUTHORITY"));
        GrpcConfig.Tls tls = loaded.config().grpc().tls();
        assertThat(tls).isNotNull();
        assertThat(tls.certificate()).hasFileName("FN_NODE_CERT");
        assertThat(tls.key()).hasFileName("FN_NODE_CERT_KEY");
        assertThat(tls.clientAuthority()).hasFileName("FN_NODE_CERT_AUTHORITY");
        assertThat(loaded.warnings()).isEmpty();
    }

    @Test
    void fewerTlsVariablesLeaveThePortCleartextWithAWarning() throws IOException {
        LoadedConfig loaded = load(tls("FN_NODE_CERT", "FN_NODE_CERT_KEY"));
        assertThat(loaded.config().grpc().tls()).isNull();
        assertThat(loaded.warnings()).singleElement().asString().contains("without FN_NODE_CERT_AUTHORITY");
    }

    @Test
    void ourOwnTlsNeedsNoClientAuthority() throws IOException {
        Map<String, String> files = tls("cert", "key");
        LoadedConfig loaded =
                load(Map.of("BERTH_GRPC_TLS_CERTIFICATE", files.get("cert"), "BERTH_GRPC_TLS_KEY", files.get("key")));
        assertThat(loaded.config().grpc().tls()).isNotNull();
        assertThat(loaded.config().grpc().tls().clientAuthority()).isNull();
    }

    @Test
    void wrongLogVariablesAreWarnedAbout() {
        assertThat(load(Map.of("FN_LOG_LEVEL", "loud")).warnings())
                .containsExactly("FN_LOG_LEVEL=loud is not known here: info is used");
    }

    @Test
    void otherNodeTypesAreWarnedAbout() {
        assertThat(load(Map.of("FN_NODE_TYPE", "pure-runner")).warnings()).isEmpty();
        assertThat(load(Map.of("FN_NODE_TYPE", "lb")).warnings())
                .containsExactly("FN_NODE_TYPE=lb: this is a pure-runner node and nothing else");
    }

    @Test
    void variablesWithoutEffectAreListed() {
        LoadedConfig loaded = load(Map.of("FN_DB_URL", "sqlite", "FN_HOT_POLL_MSECS", "x", "HOME", "/"));
        assertThat(loaded.ignored()).isEqualTo(List.of("FN_DB_URL", "FN_HOT_POLL_MSECS"));
    }

    private Map<String, String> tls(String... names) throws IOException {
        Map<String, String> env = new HashMap<>();
        for (String name : names) {
            env.put(name, Files.writeString(folder.resolve(name), "").toString());
        }
        return env;
    }

    private static LoadedConfig load(Map<String, String> env) {
        return ConfigLoader.load(null, env, Map.of());
    }

    private static String value(LoadedConfig loaded, String key) {
        return loaded.effective().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
