package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.error;
import static dev.berth.engine.docker.ScriptedEngine.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Meeting engines of different versions of the API. The replies of Docker 20.10 and of Podman 4.3 were recorded; those of
 * newer engines are of the same form with the versions that their releases name, for no such engine was at hand.
 */
final class EngineVersionsTest {
    private EngineRig rig;

    @BeforeEach
    void start(@TempDir Path folder) {
        rig = new EngineRig(folder);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void answer(String component, String engine, String api, String least) {
        rig.script.on(
                "GET /_ping",
                request -> request.response().putHeader("Api-Version", api).end("OK"));
        rig.script.on("GET /version", json(200, """
                {"Platform":{"Name":""},"Components":[{"Name":"%s","Version":"%s","Details":{"ApiVersion":"%s",\
                "Arch":"amd64","MinAPIVersion":"%s","Os":"linux"}}],"Version":"%s","ApiVersion":"%s","MinAPIVersion":"%s",\
                "GitCommit":"5d6db84","GoVersion":"go1.19.8","Os":"linux","Arch":"amd64",\
                "KernelVersion":"6.18.44","BuildTime":"2026-05-07T21:09:36.000000000+00:00"}
                """.formatted(component, engine, api, least, engine, api, least)));
        rig.script.on(
                "GET /info",
                json(
                        200,
                        "{\"ServerVersion\":\"" + engine
                                + "\",\"CgroupVersion\":\"2\",\"NCPU\":2,\"Architecture\":\"x86_64\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        "Engine, 20.10.24+dfsg1, 1.41, 1.12, 1.41",
        "Engine, 25.0.5, 1.44, 1.24, 1.44",
        "Engine, 27.3.1, 1.47, 1.24, 1.47",
        "Engine, 28.3.3, 1.51, 1.24, 1.51",
        "Engine, 29.0.0, 1.52, 1.44, 1.51",
        "Podman Engine, 4.3.1, 1.41, 1.24, 1.41"
    })
    void theNewestApiThatBothKnowIsSpoken(String component, String engine, String api, String least, String spoken) {
        answer(component, engine, api, least);
        rig.create();
        assertThat(rig.script.versions()).containsExactly("", spoken);
    }

    @Test
    void anEngineThatTakesNoneWeKnowIsRefusedInOneLine() {
        answer("Engine", "40.0.0", "1.60", "1.52");
        rig.script.on("GET /info", error(400, "client version 1.51 is too old. Minimum supported API version is 1.52"));
        assertThatThrownBy(() -> rig.context.await(rig.engine::start))
                .hasMessage("container engine at " + rig.script.address()
                        + " is too new: it takes no API before 1.52, and this runner knows those up to 1.51")
                .extracting(failure -> ((RunnerException) failure).code())
                .isEqualTo(ErrorCode.ENGINE_FAILED);
        assertThat(rig.script.requests("GET /info")).isEmpty();
    }
}
