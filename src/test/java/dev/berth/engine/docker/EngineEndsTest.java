package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.error;
import static dev.berth.engine.docker.ScriptedEngine.hangUp;
import static dev.berth.engine.docker.ScriptedEngine.json;
import static dev.berth.engine.docker.ScriptedEngine.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.engine.EngineContainer;
import dev.berth.engine.ExitStatus;
import dev.berth.engine.Sweep;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How containers end and are removed while their engine has trouble. */
final class EngineEndsTest {
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
    void removalIsTriedAgainWhileTheEngineHasTrouble() {
        AtomicInteger tries = new AtomicInteger();
        script.on("DELETE " + EngineRig.CONTAINER, request -> {
            switch (tries.incrementAndGet()) {
                case 1 -> error(500, "driver failed").handle(request);
                case 2 -> hangUp().handle(request);
                default -> json(204, "").handle(request);
            }
        });
        EngineContainer container = rig.create();
        context.await(container::remove);
        assertThat(tries).hasValue(3);
    }

    @Test
    void removalThatFailedCanBeAskedForAgain() {
        script.on("DELETE " + EngineRig.CONTAINER, error(400, "no"));
        EngineContainer container = rig.create();
        assertThatThrownBy(() -> context.await(container::remove)).hasMessage("API error (400): no");
        script.on("DELETE " + EngineRig.CONTAINER, json(204, ""));
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
        script.on("POST " + EngineRig.CONTAINER + "/wait", silence());
        EngineContainer container = rig.create();
        CompletableFuture<ExitStatus> exit = context.begin(container::exit);
        context.await(() -> vertx.timer(100));
        context.await(engine::close);
        assertThat(exit).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void goneOrGoingIsRemoved() {
        script.on("DELETE " + EngineRig.CONTAINER, error(404, "No such container: 01H"));
        EngineContainer container = rig.create();
        context.await(container::remove);
        script.on("DELETE " + EngineRig.CONTAINER, error(409, "removal of container 01H is already in progress"));
        EngineContainer again = context.await(() -> engine.create(EngineRig.PLAN));
        context.await(again::remove);
    }

    /** As Podman answers a wait for what has been removed meanwhile; the code it gives is none. */
    @Test
    void errorOfAWaitIsNoExitCode() {
        script.on(
                "POST " + EngineRig.CONTAINER + "/wait",
                json(
                        200,
                        "{\"StatusCode\":0,\"Error\":{\"Message\":\"container 6fd6b42f does not exist in database: no such"
                                + " container\"}}"));
        script.on("GET " + EngineRig.CONTAINER + "/json", error(404, "no such container"));
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, false));
    }

    @Test
    void exitCodeBesideNoErrorIsTaken() {
        script.on("POST " + EngineRig.CONTAINER + "/wait", json(200, "{\"StatusCode\":3,\"Error\":null}"));
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(3, false));
    }

    @Test
    void exitIsLearntAcrossALostConnection() {
        AtomicInteger waits = new AtomicInteger();
        script.on("POST " + EngineRig.CONTAINER + "/wait", request -> {
            if (waits.incrementAndGet() == 1) {
                hangUp().handle(request);
            } else {
                json(200, "{\"StatusCode\":3}").handle(request);
            }
        });
        script.on("GET " + EngineRig.CONTAINER + "/json", request -> {
            if (script.requests("GET " + EngineRig.CONTAINER + "/json").size() < 3) {
                hangUp().handle(request);
            } else {
                json(200, "{\"State\":{\"Running\":true}}").handle(request);
            }
        });
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(3, false));
    }

    @Test
    void containerThatEndedWhileTheEngineWasAwayIsLookedUp() {
        script.on("POST " + EngineRig.CONTAINER + "/wait", hangUp());
        script.on(
                "GET " + EngineRig.CONTAINER + "/json",
                json(200, "{\"State\":{\"Running\":false,\"ExitCode\":137,\"OOMKilled\":true}}"));
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, true));
    }

    @Test
    void memorysEndIsFoundAmongTheEventsWhenItCameTooLate() {
        script.on("POST " + EngineRig.CONTAINER + "/wait", json(200, "{\"StatusCode\":137}"));
        script.on(
                "GET " + EngineRig.CONTAINER + "/json",
                json(200, "{\"State\":{\"Running\":false,\"ExitCode\":137,\"OOMKilled\":false}}"));
        script.on("GET /events", json(200, "{\"status\":\"oom\",\"id\":\"x\"}\n"));
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, true));
        script.on("GET /events", json(200, ""));
        EngineContainer killed = context.await(() -> engine.create(EngineRig.PLAN));
        assertThat(context.await(killed::exit)).isEqualTo(new ExitStatus(137, false));
    }

    @Test
    void containerSomeoneElseRemovedWasKilled() {
        script.on("POST " + EngineRig.CONTAINER + "/wait", error(404, "No such container"));
        script.on("GET " + EngineRig.CONTAINER + "/json", error(404, "No such container"));
        EngineContainer container = rig.create();
        assertThat(context.await(container::exit)).isEqualTo(new ExitStatus(137, false));
    }

    @Test
    void waitingContainersDoNotHoldUpOtherRequests() {
        script.on(
                "POST /containers/.*/wait",
                request -> request.response().setChunked(true).write(""));
        context.await(engine::start);
        for (int i = 0; i < 100; i++) {
            EngineContainer container = context.await(() -> engine.create(EngineRig.PLAN));
            context.begin(container::exit);
        }
        EngineContainer last = context.await(() -> engine.create(EngineRig.PLAN));
        context.await(last::start);
    }

    @Test
    void containerPausedByTheEngineIsUnpausedBeforeItIsRemoved() {
        script.on("POST " + EngineRig.CONTAINER + "/pause", json(204, ""));
        script.on("POST " + EngineRig.CONTAINER + "/unpause", json(204, ""));
        EngineContainer container = rig.create();
        context.await(container::pause);
        context.await(container::remove);
        assertThat(script.requests("(POST|DELETE) " + EngineRig.CONTAINER + ".*"))
                .containsExactly(
                        "POST /containers/01H/pause",
                        "POST /containers/01H/unpause",
                        "DELETE /containers/01H?force=1&v=1");
    }
}
