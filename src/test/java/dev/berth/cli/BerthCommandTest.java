package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.observe.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BerthCommandTest {
    private final CommandRig rig = new CommandRig();

    @ParameterizedTest
    @ValueSource(strings = {"--help", "run --help", "call --help", "status --help", "help", "help call"})
    void everyCommandHasHelp(String line) {
        assertThat(rig.run(line.split(" "))).isZero();
        assertThat(rig.out()).startsWith("Usage: berth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "run --version", "call -V", "status -V"})
    void everyCommandTellsTheVersion(String line) {
        assertThat(rig.run(line.split(" "))).isZero();
        assertThat(rig.out()).isEqualTo("berth " + Version.NUMBER + System.lineSeparator());
    }

    @Test
    void versionIsTheBuilds() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + Version.NUMBER);
    }

    @Test
    void nothingToDoIsAWrongUse() {
        assertThat(rig.run()).isEqualTo(2);
        assertThat(rig.err()).contains("Usage: berth", "run", "call", "status");
    }

    @Test
    void anUnknownCommandIsToldWithTheOneThatMayBeMeant() {
        assertThat(rig.run("rum")).isEqualTo(2);
        assertThat(rig.err().lines())
                .containsExactly(
                        "berth: there is no command 'rum'",
                        "Did you mean: berth run?",
                        "'berth --help' has the commands.");
    }

    @Test
    void wrongOptionsAreToldInFewLinesWithoutTheWholeHelp() {
        assertThat(rig.run("call", "localhost:9190")).isEqualTo(2);
        assertThat(rig.err().lines())
                .containsExactly(
                        "berth call: Missing required parameter: 'IMAGE'", "'berth call --help' has the options.");
    }

    @Test
    void wrongSettingsAreToldInOneLineEach() {
        assertThat(rig.run("run", "--port", "x", "--engine", "none", "--set", "grpc.prot=1"))
                .isEqualTo(2);
        assertThat(rig.err().lines())
                .containsExactly(
                        "berth: grpc.port = \"x\" (command line): must be a whole number from 0 to 65535",
                        "berth: engine.kind = \"none\" (command line): must be one of auto, docker, process",
                        "berth: there is no setting grpc.prot; did you mean grpc.port?");
    }

    @ParameterizedTest
    @CsvSource({"host:1, host, 1", "[::1]:7, ::1, 7", "host, host, 9190", "10.0.0.1:65535, 10.0.0.1, 65535"})
    void addressesAreRead(String text, String host, int port) {
        assertThat(RunnerAddress.parse(text)).isEqualTo(new RunnerAddress(host, port));
    }

    @Test
    void addressesArePrintedAsTheyAreRead() {
        assertThat(new RunnerAddress("::1", 7)).hasToString("[::1]:7");
        assertThat(new RunnerAddress("host", 7)).hasToString("host:7");
    }

    @ParameterizedTest
    @CsvSource({"a%20b, a b", "%C3%A9, é", "100%, 100%", "%zz, %zz"})
    void grpcMessagesAreDecoded(String encoded, String text) {
        assertThat(RpcEnd.decode(encoded)).isEqualTo(text);
    }
}
