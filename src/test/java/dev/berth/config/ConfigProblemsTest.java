package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said when the settings cannot be used. */
final class ConfigProblemsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    BERTH_GRPC_PORT           | x        | grpc.port = "x" (BERTH_GRPC_PORT): must be a whole number from 0 to 65535
                    BERTH_GRPC_PORT           | 65536    | grpc.port = "65536" (BERTH_GRPC_PORT): must be a whole number from 0 to 65535
                    BERTH_GRPC_MAX_MESSAGE    | 4 bytes  | grpc.maxMessage = "4 bytes" (BERTH_GRPC_MAX_MESSAGE): must be a size in bytes or with a unit such as 64KiB or 8MiB, from 64KiB to 1GiB
                    BERTH_GRPC_MAX_MESSAGE    | 8GiB     | grpc.maxMessage = "8GiB" (BERTH_GRPC_MAX_MESSAGE): must be a size in bytes or with a unit such as 64KiB or 8MiB, from 64KiB to 1GiB
                    BERTH_WORKER_FREEZE_IDLE  | 50       | worker.freezeIdle = "50" (BERTH_WORKER_FREEZE_IDLE): must be a duration with its unit such as 30s, 50ms or 2m5s, or never
                    BERTH_WORKER_KEEP_ALIVE   | never    | worker.keepAlive = "never" (BERTH_WORKER_KEEP_ALIVE): must be a duration with its unit such as 30s, 50ms or 2m5s
                    BERTH_CALL_DETACHED       | yes      | call.detached = "yes" (BERTH_CALL_DETACHED): must be true or false
                    BERTH_ENGINE_KIND         | podman   | engine.kind = "podman" (BERTH_ENGINE_KIND): must be one of auto, docker, process
                    BERTH_NODE_ID             | a.b      | node.id = "a.b" (BERTH_NODE_ID): must be 1 to 63 letters, digits and dashes
                    BERTH_DOCKER_HOST         | /run/x   | docker.host = "/run/x" (BERTH_DOCKER_HOST): must be unix:///path/of/socket or tcp://host:port
                    BERTH_DOCKER_MAX_FS_SIZE  | 5KiB     | docker.maxFsSize = "5KiB" (BERTH_DOCKER_MAX_FS_SIZE): must be a size of whole MiB such as 512MiB
                    BERTH_CALL_EXTRA_ENV      | a        | call.extraEnv = "a" (BERTH_CALL_EXTRA_ENV): must be a mapping, or name=value pairs separated by commas
                    BERTH_DOCKER_LOAD_FILE    | /no/file | docker.loadFile = "/no/file" (BERTH_DOCKER_LOAD_FILE): must be a file that can be read, or empty for none
                    BERTH_LOG_DESTINATION     | stdout   | log.destination = "stdout" (BERTH_LOG_DESTINATION): must be stderr, file:///path, udp://host:port or tcp://host:port
                    FN_GRPC_PORT              | x        | grpc.port = "x" (FN_GRPC_PORT): must be a whole number from 0 to 65535
                    FN_MAX_PIDS               | -1       | docker.maxPids = "-1" (FN_MAX_PIDS): must be a whole number, 0 or more
                    FN_MAX_PIDS               | 9999999999 | docker.maxPids = "9999999999" (FN_MAX_PIDS): must be a whole number from 0 to 2147483647
                    FN_FREEZE_IDLE_MSECS      | 5s       | worker.freezeIdle = "5s" (FN_FREEZE_IDLE_MSECS): must be a whole number of milliseconds, negative for never
                    FN_IOFS_TMPFS             | yes      | worker.socketTmpfs = "yes" (FN_IOFS_TMPFS): must be one of 1, t, true, 0, f, false
                    FN_IOFS_TMPFS             | ''       | worker.socketTmpfs = "" (FN_IOFS_TMPFS): must be one of 1, t, true, 0, f, false
                    FN_MAX_OPEN_FILES         | ''       | docker.ulimits.openFiles = "" (FN_MAX_OPEN_FILES): must be a whole number, 0 or more
                    FN_MAX_RESPONSE_SIZE      | 18446744073709551616 | worker.maxResponse = "18446744073709551616" (FN_MAX_RESPONSE_SIZE): must be a whole number of at most 64 bits
                    BERTH_CALL_SYSLOG_SOCKETS | /run/../x | call.syslogSockets = "/run/../x" (BERTH_CALL_SYSLOG_SOCKETS): must be absolute paths without . and .., separated by commas or white space
                    BERTH_CALL_SYSLOG_SOCKETS | log       | call.syslogSockets = "log" (BERTH_CALL_SYSLOG_SOCKETS): must be absolute paths without . and .., separated by commas or white space
                    BERTH_WORKER_KEEP_ALIVE   | 876000h   | worker.keepAlive = "876000h" (BERTH_WORKER_KEEP_ALIVE): must be shorter than a hundred years
                    BERTH_ENGINE_PULL_TIMEOUT | 99999999999999999999h | engine.pullTimeout = "99999999999999999999h" (BERTH_ENGINE_PULL_TIMEOUT): must be shorter than a hundred years
                    FN_MAX_LOG_SIZE_BYTES     | 9223372036854775808 | call.maxLog = "9223372036854775808" (FN_MAX_LOG_SIZE_BYTES): must be a size in bytes or with a unit such as 64KiB or 8MiB, from 0 to 1GiB
                    FN_ZIPKIN_URL             | z:9411   | tracing.zipkinUrl = "z:9411" (FN_ZIPKIN_URL): must be an http:// or https:// URL with a host, and without user or fragment, or empty for none
                    BERTH_TRACING_OTLP_URL    | http://u:p@h/ | tracing.otlpUrl = "http://u:p@h/" (BERTH_TRACING_OTLP_URL): must be an http:// or https:// URL with a host, and without user or fragment, or empty for none
                    BERTH_TRACING_OTLP_URL    | http://h:70000/ | tracing.otlpUrl = "http://h:70000/" (BERTH_TRACING_OTLP_URL): must be an http:// or https:// URL with a host, and without user or fragment, or empty for none
                    BERTH_TRACING_SAMPLE      | 1.5      | tracing.sample = "1.5" (BERTH_TRACING_SAMPLE): must be a number from 0 to 1
                    BERTH_TRACING_SAMPLE      | NaN      | tracing.sample = "NaN" (BERTH_TRACING_SAMPLE): must be a number from 0 to 1
                    BERTH_GRPC_TLS_KEY        | pom.xml  | grpc.tls.certificate = none: must be given with the other grpc.tls files
                    BERTH_STREAM_PING_TIMEOUT | 1s       | stream.pingTimeout = 1s: must be longer than stream.pingInterval = 2s
                    BERTH_STREAM_MAX_FRAME    | 1MiB     | stream.maxFrame = 1MiB: must be at most stream.window = 256KiB
                    BERTH_GRPC_STREAM_WINDOW  | 17MiB    | grpc.streamWindow = 17MiB: must be at most grpc.connectionWindow = 16MiB
                    BERTH_GRPC_BUDGET         | 1GiB     | grpc.budget = "1GiB" (BERTH_GRPC_BUDGET): must be a size in bytes or with a unit such as 64KiB or 8MiB, from 8MiB to 768MiB
                    BERTH_GRPC_ALLOW          | 10.0.0.0/33 | grpc.allow = "10.0.0.0/33" (BERTH_GRPC_ALLOW): must be a list of networks such as 10.0.0.0/8 or fd00::/8, or texts separated by commas or white space
                    BERTH_GRPC_ALLOW          | localhost | grpc.allow = "localhost" (BERTH_GRPC_ALLOW): must be a list of networks such as 10.0.0.0/8 or fd00::/8, or texts separated by commas or white space
                    BERTH_GRPC_ALLOW          | ::ffff:10.0.0.1 | grpc.allow = "::ffff:10.0.0.1" (BERTH_GRPC_ALLOW): must be a list of networks such as 10.0.0.0/8 or fd00::/8, or texts separated by commas or white space
                    BERTH_GRPC_PROT           | 1        | there is no variable BERTH_GRPC_PROT; did you mean BERTH_GRPC_PORT?
                    """)
    void wrongVariableIsToldInOneLine(String variable, String value, String line) {
        assertThat(problems(null, Map.of(variable, value), Map.of())).containsExactly(line);
    }

    @Test
    void theBudgetHasRoomForTwoMessagesAndTwiceTheLogs() {
        assertThat(problems(null, Map.of("BERTH_GRPC_BUDGET", "8MiB", "BERTH_GRPC_MAX_MESSAGE", "5MiB"), Map.of()))
                .containsExactly("grpc.budget = 8MiB: must be at least twice grpc.maxMessage = 5MiB");
        assertThat(problems(
                        null,
                        Map.of("BERTH_GRPC_BUDGET", "8MiB", "BERTH_LOGS_STREAM", "true", "BERTH_LOGS_BUFFER", "5MiB"),
                        Map.of()))
                .containsExactly("logs.buffer = 5MiB: must be at most half of grpc.budget = 8MiB");
    }

    static Stream<Setting<?>> settings() {
        return Settings.ALL.stream()
                .filter(setting -> !List.of("text", "secret", "path", "list", "map")
                        .contains(setting.type().name()));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everyTypedSettingRefusesNonsense(Setting<?> setting) {
        String line = setting.key() + " = \"%\" (" + setting.variable() + "): must be "
                + setting.type().allowed();
        assertThat(problems(null, Map.of(setting.variable(), "%"), Map.of())).containsExactly(line);
    }

    @Test
    void allProblemsAreToldAtOnce() throws IOException {
        Path file = write("""
                grpc:
                  port: http
                  portt: 1
                stream:
                  window: 1
                """);

        List<String> lines = problems(file, Map.of("BERTH_CALL_DETACHED", "no"), Map.of("node.id", "_"));

        assertThat(lines)
                .containsExactly(
                        file + ", line 3: there is no setting grpc.portt; did you mean grpc.port?",
                        "node.id = \"_\" (command line): must be 1 to 63 letters, digits and dashes",
                        "grpc.port = \"http\" (" + file + ", line 2): must be a whole number from 0 to 65535",
                        "call.detached = \"no\" (BERTH_CALL_DETACHED): must be true or false",
                        "stream.window = \"1\" (" + file
                                + ", line 5): must be a size in bytes or with a unit such as 64KiB or 8MiB, from 4KiB to"
                                + " 64MiB");
    }

    @Test
    void overriddenValueIsCheckedToo() {
        Map<String, String> env = Map.of("FN_GRPC_PORT", "bad", "BERTH_GRPC_PORT", "1");
        assertThat(problems(null, env, Map.of())).hasSize(1);
    }

    @Test
    void secretsAreNotShown() throws IOException {
        Path file = write("docker:\n  auth: [hush]\n");
        assertThat(problems(file, Map.of(), Map.of()))
                .containsExactly("docker.auth = *** (" + file + ", line 2): must be a text, or empty for none");
        assertThat(new Secret("hush").toString()).doesNotContain("hush");
    }

    @Test
    void unknownOptionNamesTheNearestSetting() {
        assertThat(problems(null, Map.of(), Map.of("grpc.prot", "1")))
                .containsExactly("there is no setting grpc.prot; did you mean grpc.port?");
    }

    @Test
    void settingGivenTwiceInTheFileIsAProblem() throws IOException {
        Path file = write("grpc:\n  port: 1\n  port: 2\n");
        assertThat(problems(file, Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(file.toString())
                .containsIgnoringCase("grpc.port");
    }

    @Test
    void brokenYamlNamesItsLine() throws IOException {
        Path file = write("grpc:\n  port: [1\n");
        assertThat(problems(file, Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(file + ", line ")
                .contains("no valid YAML");
    }

    @Test
    void fileThatIsNoMappingIsAProblem() throws IOException {
        Path file = write("- grpc\n");
        assertThat(problems(file, Map.of(), Map.of())).containsExactly(file + ": must be a mapping of settings");
    }

    @Test
    void sectionThatIsAScalarIsAProblem() throws IOException {
        Path file = write("grpc: 9190\n");
        assertThat(problems(file, Map.of(), Map.of()))
                .containsExactly(file + ", line 1: grpc must be a mapping of settings");
    }

    @Test
    void missingFileIsAProblem() {
        Path file = folder.resolve("none.yaml");
        assertThat(problems(file, Map.of(), Map.of())).containsExactly(file + ": cannot be read: no such file");
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("berth.yaml"), yaml);
    }

    private static List<String> problems(Path file, Map<String, String> env, Map<String, String> options) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file, env, options))
                .problems();
    }
}
