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
import dev.berth.engine.ExitStatus;
import dev.berth.engine.ImageRequest;
import dev.berth.engine.Sweep;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of an engine's faults. */
final class EngineFaultsTest {
    private static final ContainerPlan PLAN =
            new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.NONE);
    private static final String CONTAINER = "/containers/01H";

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private ScriptedEngine script;
    private DockerEngine engine;

    @BeforeEach
    void start(@TempDir Path folder) {
        script = new ScriptedEngine(vertx, folder);
        script.on("POST /containers/create", json(201, "{\"Id\":\"" + "ab".repeat(32) + "\"}"));
        script.on("POST " + CONTAINER + "/start", json(204, ""));
        script.on("DELETE " + CONTAINER, json(204, ""));
        engine = ScriptedEngines.engine(
                vertx, script.address(), Map.of(), (verb, status, nanos) -> heard.add(verb + " " + status));
    }

    @AfterEach
    void stop() {
        context.await(engine::close);
        script.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    private EngineContainer create() {
        context.await(engine::start);
        return context.await(() -> engine.create(PLAN));
    }

    @Test
    void missingSocketIsNamed() {
        DockerEngine lost = ScriptedEngines.engine(vertx, "unix:///nowhere/x.sock", Map.of(), EngineCallListener.NONE);
        assertThatThrownBy(() -> context.await(lost::start))
                .hasMessage("container engine at unix:///nowhere/x.sock is not answering: no such socket")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_GONE);
    }

    @Test
    void refusedConnectionIsNamed() {
        DockerEngine lost = ScriptedEngines.engine(vertx, "tcp://127.0.0.1:1", Map.of(), EngineCallListener.NONE);
        assertThatThrownBy(() -> context.await(lost::start))
                .hasMessageStartingWith("container engine at tcp://127.0.0.1:1 is not answering: Connection refused");
    }

    @Test
    void unusedEngineSaysSo() {
        assertThatThrownBy(() -> context.await(() -> engine.create(PLAN))).hasMessageContaining("start() comes first");
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
    }

    @Test
    void everyRequestIsHeardOf() {
        create();
        assertThat(heard).contains("ping 200", "version 200", "info 200", "create_container 201");
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
                .hasMessageContaining("no file descriptor is left")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.SERVER_BUSY);
        context.await(http::close);
    }

    @Test
    void requestIsGivenUpAtItsLimit() {
        script.on("GET /slow", silence());
        EngineHttp http = ScriptedEngines.http(vertx, script.address());
        EngineRequest slow = EngineRequest.get("slow", "/slow", Duration.ofMillis(300));
        assertThatThrownBy(() -> context.await(() -> http.call(slow))).hasMessageContaining("did not finish slow");
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
        assertThatThrownBy(() -> context.await(() -> engine.create(PLAN))).isInstanceOf(RunnerException.class);
        awaitRequest("DELETE " + CONTAINER);
    }

    @Test
    void createThatFailedInsideTheEngineIsUndone() {
        script.on("POST /containers/create", error(500, "disk full"));
        context.await(engine::start);
        assertThatThrownBy(() -> context.await(() -> engine.create(PLAN)))
                .hasMessage("API error (500): disk full")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_FAILED);
        awaitRequest("DELETE " + CONTAINER);
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
        assertThatThrownBy(() -> context.await(() -> engine.create(PLAN))).hasMessage("container already exists");
        context.await(() -> vertx.timer(100));
        assertThat(script.requests("DELETE .*")).isEmpty();
    }

    @Test
    @Raises(ErrorCode.ENGINE_FAILED)
    void failedStartKeepsTheEnginesWords() {
        script.on("POST " + CONTAINER + "/start", error(400, "OCI runtime create failed"));
        EngineContainer container = create();
        assertThatThrownBy(() -> context.await(container::start))
                .hasMessage("API error (400): OCI runtime create failed")
                .extracting(e -> ((RunnerException) e).wireCode())
                .isEqualTo(500);
    }

    @Test
    void removalIsTriedAgainWhileTheEngineHasTrouble() {
        AtomicInteger tries = new AtomicInteger();
        script.on("DELETE " + CONTAINER, request -> {
            switch (tries.incrementAndGet()) {
                case 1 -> error(500, "driver failed").handle(request);
                case 2 -> hangUp().handle(request);
                default -> json(204, "").handle(request);
            }
        });
        EngineContainer container = create();
        context.await(container::remove);
        assertThat(tries).hasValue(3);
    }

    @Test
    void removalThatFailedCanBeAskedForAgain() {
        script.on("DELETE " + CONTAINER, error(400, "no"));
        EngineContainer container = create();
        assertThatThrownBy(() -> context.await(container::remove)).hasMessage("API error (400): no");
        script.on("DELETE " + CONTAINER, json(204, ""));
        context.await(container::remove);
    }

    @Test
    void anOrphanThatStaysKeepsItsInstancesDirectory() {
        context.await(engine::start);
        script.on(
                "GET /containers/json",
                json(200, "[{\"Id\":\"dead\",\"Labels\":{\"dev.berth.instance\":\"0123456789ab\"}}]"));
        script.on("DELETE /containers/dead", json(409, "{\"message\":\"it resists\"}"));
        assertThat(context.await(engine::sweep)).isEqualTo(new Sweep(0, Set.of("0123456789ab")));

        script.on("DELETE /containers/dead", json(204, ""));
        assertThat(context.await(engine::sweep)).isEqualTo(new Sweep(1, Set.of()));
    }

    @Test
    void exitOfAContainerIsNotWaitedForOnceTheEngineIsClosed() {
        script.on("POST " + CONTAINER + "/wait", silence());
        EngineContainer container = create();
        CompletableFuture<ExitStatus> exit = context.begin(container::exit);
        context.await(() -> vertx.timer(100));
        context.await(engine::close);
        assertThat(exit).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void goneOrGoingIsRemoved() {
        script.on("DELETE " + CONTAINER, error(404, "No such container: 01H"));
        EngineContainer container = create();
        context.await(container::remove);
        script.on("DELETE " + CONTAINER, error(409, "removal of container 01H is already in progress"));
        EngineContainer again = context.await(() -> engine.create(PLAN));
        context.await(again::remove);
    }

    @Test
    void exitIsLearntAcrossALostConnection() {
        AtomicInteger waits = new AtomicInteger();
        script.on("POST " + CONTAINER + "/wait", request -> {
            if (waits.incrementAndGet() == 1) {
                hangUp().handle(request);
            } else {
                json(200, "{\"StatusCode\":3}").handle(request);
            }
        });
        script.on("GET " + CONTAINER + "/json", request -> {
            if (script.requests("GET " + CONTAINER + "/json").size() < 3) {
                hangUp().handle(request);
            } else {
                json(200, "{\"State\":{\"Running\":true}}").handle(request);
            }
        });
        EngineContainer container = create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(3, false));
    }

    @Test
    void containerThatEndedWhileTheEngineWasAwayIsLookedUp() {
        script.on("POST " + CONTAINER + "/wait", hangUp());
        script.on(
                "GET " + CONTAINER + "/json",
                json(200, "{\"State\":{\"Running\":false,\"ExitCode\":137,\"OOMKilled\":true}}"));
        EngineContainer container = create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, true));
    }

    @Test
    void memorysEndIsFoundAmongTheEventsWhenItCameTooLate() {
        script.on("POST " + CONTAINER + "/wait", json(200, "{\"StatusCode\":137}"));
        script.on(
                "GET " + CONTAINER + "/json",
                json(200, "{\"State\":{\"Running\":false,\"ExitCode\":137,\"OOMKilled\":false}}"));
        script.on("GET /events", json(200, "{\"status\":\"oom\",\"id\":\"x\"}\n"));
        EngineContainer container = create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, true));
        script.on("GET /events", json(200, ""));
        EngineContainer killed = context.await(() -> engine.create(PLAN));
        assertThat(context.await(killed::exit)).isEqualTo(new ExitStatus(137, false));
    }

    @Test
    void containerSomeoneElseRemovedWasKilled() {
        script.on("POST " + CONTAINER + "/wait", error(404, "No such container"));
        script.on("GET " + CONTAINER + "/json", error(404, "No such container"));
        EngineContainer container = create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, false));
    }

    @Test
    void waitingContainersDoNotHoldUpOtherRequests() {
        script.on(
                "POST /containers/.*/wait",
                request -> request.response().setChunked(true).write(""));
        context.await(engine::start);
        for (int i = 0; i < 100; i++) {
            EngineContainer container = context.await(() -> engine.create(PLAN));
            context.begin(container::exit);
        }
        EngineContainer last = context.await(() -> engine.create(PLAN));
        context.await(last::start);
    }

    @Test
    @Raises(ErrorCode.PAUSE_UNSUPPORTED)
    void whereNothingCanBePausedItIsSaid() {
        script.on("POST " + CONTAINER + "/pause", error(500, "cannot pause: cgroup freezer not mounted"));
        EngineContainer container = create();
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
                "POST " + CONTAINER + "/pause",
                error(500, "cannot pause: open /sys/fs/cgroup/freezer/docker/x/freezer.state: no such file"));
        EngineContainer container = create();
        assertThatThrownBy(() -> context.await(container::pause))
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_FAILED);
    }

    @Test
    void engineThatGoesAwayIsNotAskedUntilItIsBack() {
        List<Boolean> answers = new CopyOnWriteArrayList<>();
        engine.watch(answers::add);
        EngineContainer container = create();
        script.on("GET /_ping", hangUp());
        script.on("GET /images/.*", hangUp());

        assertGone(() -> context.await(() -> engine.ensureImage(new ImageRequest("fn:1", null))));
        await(() -> answers.equals(List.of(true, false)));
        int asked = script.requests("GET /images/.*").size();
        assertGone(() -> context.await(() -> engine.ensureImage(new ImageRequest("fn:1", null))));
        assertGone(() -> context.await(() -> engine.create(PLAN)));
        assertGone(() -> context.await(container::pause));
        assertThat(script.requests("GET /images/.*")).hasSize(asked);
        assertThat(script.requests("POST .*/pause")).isEmpty();

        script.on("GET /_ping", json(200, "OK"));
        await(() -> answers.equals(List.of(true, false, true)));
        context.await(() -> engine.create(PLAN));
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
        script.on("POST " + CONTAINER + "/pause", error(409, "Container 01H is not running"));
        EngineContainer container = create();
        assertThatThrownBy(() -> context.await(container::pause))
                .hasMessage("API error (409): Container 01H is not running");
    }

    @Test
    void containerPausedByTheEngineIsUnpausedBeforeItIsRemoved() {
        script.on("POST " + CONTAINER + "/pause", json(204, ""));
        script.on("POST " + CONTAINER + "/unpause", json(204, ""));
        EngineContainer container = create();
        context.await(container::pause);
        context.await(container::remove);
        assertThat(script.requests("(POST|DELETE) " + CONTAINER + ".*"))
                .containsExactly(
                        "POST /containers/01H/pause",
                        "POST /containers/01H/unpause",
                        "DELETE /containers/01H?force=1&v=1");
    }

    @Test
    void refusedAttachFailsTheStart() {
        script.on("POST " + CONTAINER + "/attach", error(409, "container is dead"));
        context.await(engine::start);
        ContainerPlan attached = new ContainerPlan("01H", "fn:1", Map.of(), 0, 0, 0, null, null, "", true, Attach.ALL);
        EngineContainer container = context.await(() -> engine.create(attached));
        assertThatThrownBy(() -> context.await(container::start)).hasMessage("API error (409): container is dead");
        assertThat(container.streams()).isNull();
    }

    @Test
    void attachThatIsCutOffFailsTheStart() {
        script.on("POST " + CONTAINER + "/attach", hangUp());
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
