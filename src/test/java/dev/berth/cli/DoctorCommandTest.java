package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
    @TempDir
    Path folder;

    private final CommandRig rig = new CommandRig();

    private int examine(String... more) {
        String[] arguments = new String[more.length + 5];
        arguments[0] = "doctor";
        arguments[1] = "--port";
        arguments[2] = "0";
        arguments[3] = "--set";
        arguments[4] = "worker.socketRoot=" + folder;
        System.arraycopy(more, 0, arguments, 5, more.length);
        return rig.run(arguments);
    }

    @Test
    void whatIsToBeMendedIsToldWithItsRemedy() {
        assertThat(examine("--engine", "process")).isEqualTo(1);
        assertThat(rig.out())
                .contains("ok    settings      can be used")
                .contains("warn  engine        functions run as plain processes, without isolation and limits")
                .contains("                    -> set engine.kind to docker")
                .contains("ok    socket root   " + folder + " can be used")
                .contains("ok    port grpc     any free one");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void engineThatIsNeededAndNotThereFails() {
        assertThat(examine("--engine", "docker", "--set", "docker.host=unix:///no/engine"))
                .isEqualTo(2);
        assertThat(rig.out()).contains("fail  engine        container engine at unix:///no/engine");
    }

    @Test
    void jsonHasTheSame() throws Exception {
        int code = examine("--json", "--engine", "docker", "--set", "docker.host=unix:///no/engine");

        JsonNode report = new ObjectMapper().readTree(rig.out());
        assertThat(report.path("exit").asInt()).isEqualTo(code).isEqualTo(2);
        assertThat(report.path("checks")).anySatisfy(check -> {
            assertThat(check.path("check").asText()).isEqualTo("engine");
            assertThat(check.path("level").asText()).isEqualTo("fail");
            assertThat(check.path("says").asText()).contains("unix:///no/engine");
            assertThat(check.path("do").asText()).contains("docker.host");
        });
    }

    @Test
    void wrongSettingsFailWithALineForEach() {
        assertThat(examine("--set", "grpc.nope=1", "--set", "node.eventLoops=none"))
                .isEqualTo(2);
        assertThat(rig.out()).contains("fail  settings      there is no setting grpc.nope");
        assertThat(rig.out()).contains("node.eventLoops = \"none\"");
    }
}
