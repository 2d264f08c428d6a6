package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.error;
import static dev.berth.engine.docker.ScriptedEngine.hangUp;
import static dev.berth.engine.docker.ScriptedEngine.json;
import static dev.berth.engine.docker.ScriptedEngine.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.berth.conformance.Raises;
import dev.berth.engine.ContainerPlan;
import dev.berth.engine.ContainerPlan.Attach;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.ImageRequest;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.worker.DescriptorLimit;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of the faults of an engine that is asked for something. */
final class EngineFaultsTest {
    private EngineRig rig;
    private Vertx vertx;
    private OnContext context;
    private ScriptedEngine script;
    private DockerEngine engine;

    @BeforeEach
    void start(@TempDir Path folder) {
        rig = new EngineRig(folder);
        vertx = rig.vertx;
        context = rig.context;
        script = rig.script;
        engine = rig.engine;
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void missingSocketIsNamed() {
        DockerEngine lost = ScriptedEngines.engine(vertx, "unix:///nowhere/x.sock", Map.of(), EngineCallListener.NONE);
        assertThatThrownBy(() -> context.await(lost::start))
                .hasMessage("container engine at unix:///nowhere/x.sock is not answering: no such socket")
                .isInstanceOfSatisfying(RunnerException.class, gone -> {
                    assertThat(gone.code()).isEqualTo(ErrorCode.ENGINE_GONE);
                    assertThat(gone.told()).isEqualTo("container engine is not answering");
                });
    }

    @Test
    void refusedConnectionIsNamed() {
        DockerEngine lost = ScriptedEngines.engine(vertx, "tcp://127.0.0.1:1", Map.of(), EngineCallListener.NONE);
        assertThatThrownBy(() -> context.await(lost::start))
                .hasMessageStartingWith("container engine at tcp://127.0.0.1:1 is not answering: Connection refused")
                .extracting(e -> ((RunnerException) e).told())
                .isEqualTo("container engine is not answering");
    }

    @Test
    void unusedEngineSaysSo() {
        assertThatThrownBy(() -> context.await(() -> engine.create(EngineRig.PLAN)))
                .hasMessageContaining("start() comes first");
    }

    @Test
    void oldDockerIsRefused() {
        script.on("GET /info", json(200, "{\"ServerVersion\":\"17.09.0-ce\"}"));
        assertThatThrownBy(() -> context.await(engine::start)).hasMessageContaining("is too old: Docker 17.09.0-ce");
    }

    @Test
    void podmanIsToldByItsVersion() {
        script.on("GET /version", json(200, "{\"Version\":\"4.3.1\",\"Components\":[{\"Name\":\"Podman Engine\"}]}"));
        script.on("GET /info", json(200, "{\"ServerVersion\":\"4.3.1\",\"CgroupVersion\":\"2\"}"));
        context.await(engine::start);
        assertThat(engine.name()).isEqualTo("podman");
        assertThat(engine.sendsSyslog()).as("it has no such driver").isFalse();
    }

    @Test
    void everyRequestIsHeardOf() {
        rig.create();
        assertThat(rig.heard).contains("ping 200", "version 200", "info 200", "create_container 201");
    }

    /** It is this runner that lacks them; nothing has been asked of the engine. */
    @Test
    void withoutFileDescriptorsNothingIsSaidOfTheEngine() throws Exception {
        EngineHttp http = ScriptedEngines.http(vertx, script.address());
        script.on("GET /slow", json(200, "{}"));
        EngineRequest request = EngineRequest.get("slow", "/slow", Duration.ofSeconds(10));
        // What it takes is loaded while it can be.
        context.await(() -> http.open(request).compose(http::whole));
        assertThat(Descriptors.exhausted(new IOException())).isFalse();
        Throwable refused;
        try (DescriptorLimit limit = new DescriptorLimit()) {
            limit.set();
            try {
                refused = catchThrowable(() -> context.await(() -> http.open(request)));
            } finally {
                limit.lift();
            }
        }
        assertThat(refused)
                .hasMessage("no file descriptor is left to ask the container engine")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.SERVER_BUSY);
        context.await(http::close);
    }

    @Test
    void requestIsGivenUpAtItsLimit() {
        script.on("GET /slow", silence());
        EngineHttp http = ScriptedEngines.http(vertx, script.address());
        EngineRequest slow = EngineRequest.get("slow", "/slow", Duration.ofMillis(300));
        assertThatThrownBy(() -> context.await(() -> http.call(slow)))
                .hasMessageContaining("did not finish slow")
                .extracting(e -> ((RunnerException) e).told())
                .isEqualTo("container engine is not answering");
        context.await(http::close);
    }

    @Test
    void halfAnswerIsAFailure() {
        script.on("GET /half", request -> {
            request.response().putHeader("Content-Length", "100").write("{\"half\":");
            vertx.setTimer(50, id -> request.connection().close());
        });
        EngineHttp http = ScriptedEngines.http(vertx, script.address());
        EngineRequest half = EngineRequest.get("half", "/half", Duration.ofSeconds(10));
        assertThatThrownBy(() -> context.await(() -> http.call(half)))
                .isInstanceOf(RunnerException.class)
                .hasMessageContaining("is not answering");
        context.await(http::close);
    }

    @Test
    void answerThatIsNoJsonIsAFailure() {
        script.on("GET /info", json(200, "<html>"));
        assertThatThrownBy(() -> context.await(engine::start)).hasMessageContaining("unreadable answer to info");
    }

    @Test
    void createThatMayHaveHappenedIsUndone() {
        script.on("POST /containers/create", hangUp());
        context.await(engine::start);
        assertThatThrownBy(() -> context.await(() -> engine.create(EngineRig.PLAN)))
                .isInstanceOf(RunnerException.class);
        awaitRequest("DELETE " + EngineRig.CONTAINER);
    }

    @Test
    void createThatFailedInsideTheEngineIsUndone() {
        script.on("POST /containers/create", error(500, "disk full"));
        context.await(engine::start);
        assertThatThrownBy(() -> context.await(() -> engine.create(EngineRig.PLAN)))
                .hasMessage("API error (500): disk full")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_FAILED);
        awaitRequest("DELETE " + EngineRig.CONTAINER);
    }

    @ParameterizedTest
    @CsvSource({
        "409, Conflict. The container name is in use",
        "400, Conflict. The container name is in use",
        "500, creating container storage: the container name x is already in use by y"
    })
    void containerOfSomeoneElsesNameIsNotTouched(int status, String message) {
        script.on("POST /containers/create", error(status, message));
        context.await(engine::start);
        assertThatThrownBy(() -> context.await(() -> engine.create(EngineRig.PLAN)))
                .hasMessage("container already exists");
        context.await(() -> vertx.timer(100));
        assertThat(script.requests("DELETE .*")).isEmpty();
    }

    @Test
    @Raises(ErrorCode.ENGINE_FAILED)
    void failedStartKeepsTheEnginesWords() {
        script.on("POST " + EngineRig.CONTAINER + "/start", error(400, "OCI runtime create failed"));
        EngineContainer container = rig.create();
        assertThatThrownBy(() -> context.await(container::start))
                .hasMessage("API error (400): OCI runtime create failed")
                .extracting(e -> ((RunnerException) e).wireCode())
                .isEqualTo(500);
    }

    @Test
    @Raises(ErrorCode.PAUSE_UNSUPPORTED)
    void whereNothingCanBePausedItIsSaid() {
        script.on("POST " + EngineRig.CONTAINER + "/pause", error(500, "cannot pause: cgroup freezer not mounted"));
        EngineContainer container = rig.create();
        assertThatThrownBy(() -> context.await(container::pause))
                .hasMessage("containers cannot be paused here: cannot pause: cgroup freezer not mounted")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.PAUSE_UNSUPPORTED);
        context.await(container::resume);
        assertThat(script.requests("POST .*/unpause")).isEmpty();
    }

    @Test
    void pauseOfAContainerThatEndsSaysNothingOfTheOthers() {
        script.on(
                "POST " + EngineRig.CONTAINER + "/pause",
                error(500, "cannot pause: open /sys/fs/cgroup/freezer/docker/x/freezer.state: no such file"));
        EngineContainer container = rig.create();
        assertThatThrownBy(() -> context.await(container::pause))
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_FAILED);
    }

    @Test
    void engineThatGoesAwayIsNotAskedUntilItIsBack() {
        List<Boolean> answers = new CopyOnWriteArrayList<>();
        engine.watch(answers::add);
        EngineContainer container = rig.create();
        script.on("GET /_ping", hangUp());
        script.on("GET /images/.*", hangUp());

        assertGone(() -> context.await(() -> engine.ensureImage(new ImageRequest("fn:1", null))));
        await(() -> answers.equals(List.of(true, false)));
        int asked = script.requests("GET /images/.*").size();
        assertGone(() -> context.await(() -> engine.ensureImage(new ImageRequest("fn:1", null))));
        assertGone(() -> context.await(() -> engine.create(EngineRig.PLAN)));
        assertGone(() -> context.await(container::pause));
        assertThat(script.requests("GET /images/.*")).hasSize(asked);
        assertThat(script.requests("POST .*/pause")).isEmpty();

        script.on("GET /_ping", json(200, "OK"));
        await(() -> answers.equals(List.of(true, false, true)));
        context.await(() -> engine.create(EngineRig.PLAN));
    }

    private static void assertGone(ThrowingCallable asked) {
        assertThatThrownBy(asked)
                .hasMessageContaining("is not answering")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_GONE);
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            context.await(() -> vertx.timer(10));
        }
    }

    @Test
    void pauseThatFailsThisOnceIsAFailure() {
        script.on("POST " + EngineRig.CONTAINER + "/pause", error(409, "Container 01H is not running"));
        EngineContainer container = rig.create();
        assertThatThrownBy(() -> context.await(container::pause))
                .hasMessage("API error (409): Container 01H is not running");
    }

    @Test
    void refusedAttachFailsTheStart() {
        script.on("POST " + EngineRig.CONTAINER + "/attach", error(409, "container is dead"));
        context.await(engine::start);
        ContainerPlan attached = new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.ALL);
        EngineContainer container = context.await(() -> engine.create(attached));
        assertThatThrownBy(() -> context.await(container::start)).hasMessage("API error (409): container is dead");
        assertThat(container.streams()).isNull();
    }

    @Test
    void attachThatIsCutOffFailsTheStart() {
        script.on("POST " + EngineRig.CONTAINER + "/attach", hangUp());
        context.await(engine::start);
        ContainerPlan attached =
                new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.OUTPUT);
        EngineContainer container = context.await(() -> engine.create(attached));
        assertThatThrownBy(() -> context.await(container::start)).hasMessageContaining("connection closed");
    }

    private void awaitRequest(String pattern) {
        for (int i = 0; i < 200 && script.requests(pattern).isEmpty(); i++) {
            context.await(() -> vertx.timer(20));
        }
        assertThat(script.requests(pattern)).isNotEmpty();
    }
}
