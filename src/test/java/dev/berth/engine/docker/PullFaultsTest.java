package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.error;
import static dev.berth.engine.docker.ScriptedEngine.hangUp;
import static dev.berth.engine.docker.ScriptedEngine.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.conformance.Raises;
import dev.berth.engine.ImageRequest;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls that go wrong, or are asked for twice. */
final class PullFaultsTest {
    private static final String IMAGE = "r.example.com/fn:1";
    private static final String INSPECT = "GET /images/r.example.com/fn:1/json";
    private static final String PULL = "POST /images/create";
    private static final String PRESENT = "{\"Id\":\"sha256:1\",\"Config\":{}}";

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final List<HttpServerRequest> pulls = new CopyOnWriteArrayList<>();
    private ScriptedEngine script;
    private DockerEngine engine;

    @BeforeEach
    void start(@TempDir Path folder) {
        script = new ScriptedEngine(vertx, folder);
        script.on(INSPECT, error(404, "no such image"));
        engine(Map.of());
    }

    private void engine(Map<String, String> environment) {
        if (engine != null) {
            context.await(engine::close);
        }
        engine = ScriptedEngines.engine(vertx, script.address(), environment, EngineCallListener.NONE);
        context.await(engine::start);
    }

    @AfterEach
    void stop() {
        context.await(engine::close);
        script.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    private CompletableFuture<Void> ensure(String token) {
        return context.begin(() -> engine.ensureImage(new ImageRequest(IMAGE, token)));
    }

    private void assertFails(ErrorCode code, int wire, String message) {
        assertThatThrownBy(() -> context.await(() -> engine.ensureImage(new ImageRequest(IMAGE, null))))
                .isInstanceOfSatisfying(RunnerException.class, failure -> {
                    assertThat(failure).hasMessage(message);
                    assertThat(failure.code()).isEqualTo(code);
                    assertThat(failure.wireCode()).isEqualTo(wire);
                });
    }

    @Test
    void refusalKeepsTheEnginesStatus() {
        script.on(PULL, error(404, "manifest unknown"));
        assertFails(ErrorCode.PULL_FAILED, 404, "Failed to pull image '" + IMAGE + "': manifest unknown");
    }

    @Test
    void enginesOwnTroubleIsABadGateway() {
        script.on(PULL, error(503, "registry away"));
        assertFails(ErrorCode.PULL_FAILED, 502, "Failed to pull image '" + IMAGE + "': registry away");
    }

    @Test
    void errorInsideTheProgressIsFound() {
        script.on(PULL, request -> {
            HttpServerResponse response = request.response().setChunked(true);
            response.write("{\"status\":\"Pulling\"}\r\n{\"errorDe");
            response.end("tail\":{\"message\":\"no space\"},\"error\":\"no space\"}\n");
        });
        assertFails(ErrorCode.PULL_FAILED, 502, "Failed to pull image '" + IMAGE + "': no space");
    }

    /** Nor is it said to be the image's: the same image may be had on another node. */
    @Test
    void aFullDiskIsNotTheFunctionsFault() {
        String said = "failed to register layer: write /var/lib/docker/x/y: no space left on device";
        script.on(PULL, json(200, "{\"errorDetail\":{\"message\":\"" + said + "\"},\"error\":\"x\"}\n"));
        assertThatThrownBy(() -> context.await(() -> engine.ensureImage(new ImageRequest(IMAGE, null))))
                .isInstanceOfSatisfying(RunnerException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.ENGINE_FAILED);
                    assertThat(failure.userToBlame()).isFalse();
                    assertThat(failure.told())
                            .isEqualTo("Failed to pull image '" + IMAGE + "': no space left on device");
                    assertThat(failure).hasMessage("Failed to pull image '" + IMAGE + "': " + said);
                });
    }

    @Test
    void pullThatBreaksOffIsNotTheFunctionsFault() {
        script.on(PULL, request -> {
            request.response().setChunked(true).write("{\"status\":\"Pulling\"}\n");
            vertx.setTimer(50, id -> request.connection().close());
        });
        assertEngineGone();
        script.on(PULL, hangUp());
        assertEngineGone();
    }

    private void assertEngineGone() {
        assertThatThrownBy(() -> context.await(() -> engine.ensureImage(new ImageRequest(IMAGE, null))))
                .hasMessageContaining("is not answering")
                .extracting(e -> ((RunnerException) e).code())
                .isEqualTo(ErrorCode.ENGINE_GONE);
    }

    @Test
    void progressThatIsNoneIsAFailure() {
        script.on(PULL, json(200, "<html>\n"));
        assertThatThrownBy(() -> context.await(() -> engine.ensureImage(new ImageRequest(IMAGE, null))))
                .hasMessageStartingWith("Failed to pull image '" + IMAGE + "': ");
    }

    @Test
    void inspectionThatFailsIsNoPull() {
        script.on(INSPECT, error(500, "database is locked"));
        assertFails(ErrorCode.ENGINE_FAILED, 500, "API error (500): database is locked");
        assertThat(script.requests(PULL)).isEmpty();
    }

    @Test
    void nameTheEngineRefusesIsTheCallers() {
        script.on(INSPECT, error(400, "no such image: invalid reference format"));
        assertFails(
                ErrorCode.PULL_FAILED,
                400,
                "Failed to pull image '" + IMAGE + "': no such image: invalid reference format");
    }

    @Test
    void imageThatIsGoneAgainAtOnceIsRetriedElsewhere() {
        script.on(PULL, json(200, "{\"status\":\"done\"}\n"));
        assertFails(ErrorCode.SERVER_BUSY, 503, "Timed out - server too busy");
    }

    @Test
    void equalPullsShareOneTransfer() {
        script.on(PULL, pulls::add);
        List<CompletableFuture<Void>> waiting = List.of(ensure(null), ensure(null), ensure(null));
        awaitPulls(1);
        awaitInspections(3);
        script.on(INSPECT, json(200, PRESENT));
        pulls.get(0).response().end("{\"status\":\"done\"}\n");
        waiting.forEach(CompletableFuture::join);
        assertThat(script.requests(PULL)).hasSize(1);
    }

    @Test
    void otherCredentialsAreAnotherTransfer() {
        script.on(PULL, pulls::add);
        CompletableFuture<Void> first = ensure("one");
        awaitPulls(1);
        CompletableFuture<Void> second = ensure("two");
        awaitPulls(2);
        assertThat(pulls.stream().map(PullFaultsTest::token)).containsExactly("one", "two");
        script.on(INSPECT, json(200, PRESENT));
        pulls.forEach(pull -> pull.response().end());
        first.join();
        second.join();
    }

    @Test
    void failureOfASharedTransferIsEveryonesAndTheNextTriesAfresh() {
        script.on(PULL, pulls::add);
        CompletableFuture<Void> first = ensure(null);
        CompletableFuture<Void> second = ensure(null);
        awaitPulls(1);
        awaitInspections(2);
        error(500, "no").handle(pulls.get(0));
        assertThat(first).failsWithin(Duration.ofSeconds(20));
        assertThat(second).failsWithin(Duration.ofSeconds(20));
        ensure(null);
        awaitPulls(2);
    }

    @Test
    @Raises(ErrorCode.PULL_TIMEOUT)
    void waitingHasItsLimitAndTheTransferGoesOn() {
        engine(Map.of("FN_HOT_PULL_TIMEOUT_MSECS", "200"));
        script.on(PULL, pulls::add);
        assertFails(ErrorCode.PULL_TIMEOUT, 504, "Image pull timed out");
        CompletableFuture<Void> later = ensure(null);
        awaitInspections(2);
        script.on(INSPECT, json(200, PRESENT));
        pulls.get(0).response().end();
        later.join();
        assertThat(script.requests(PULL)).hasSize(1);
    }

    @Test
    void sourceAndCredentialsGoWithThePull() {
        String auth = Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
        engine(Map.of("FN_DOCKER_AUTH", "{\"auths\":{\"https://r.example.com\":{\"auth\":\"" + auth + "\"}}}"));
        script.on(PULL, pulls::add);
        ensure(null);
        awaitPulls(1);
        assertThat(script.requests(PULL)).containsExactly("POST /images/create?fromImage=r.example.com%2Ffn&tag=1");
        JsonObject sent = header(pulls.get(0));
        assertThat(sent.getString("username")).isEqualTo("me");
        assertThat(sent.getString("password")).isEqualTo("secret");
        assertThat(sent.getString("serveraddress")).isEqualTo("https://r.example.com");
    }

    @Test
    void imageWithVolumesIsRefusedUnlessAllowed() {
        script.on(INSPECT, json(200, "{\"Id\":\"sha256:1\",\"Config\":{\"Volumes\":{\"/data\":{}}}}"));
        assertFails(ErrorCode.IMAGE_WITH_VOLUME, 400, "image has Volume definition");
        engine(Map.of("FN_IMAGE_ENABLE_VOLUME", "true"));
        context.await(() -> engine.ensureImage(new ImageRequest(IMAGE, null)));
    }

    @Test
    void archiveThatCannotBeLoadedStopsTheStart(@TempDir Path folder) throws Exception {
        Path archive = Files.writeString(folder.resolve("images.tar"), "no tar");
        script.on(
                "POST /images/load",
                request -> request.body()
                        .onSuccess(body -> json(200, "{\"errorDetail\":{\"message\":\"bad " + body + "\"}}\n")
                                .handle(request)));
        assertThatThrownBy(() -> engine(Map.of("FN_DOCKER_LOAD_FILE", archive.toString())))
                .hasMessage("Failed to load images of " + archive + ": bad no tar");
    }

    private static JsonObject header(HttpServerRequest pull) {
        return new JsonObject(
                new String(Base64.getUrlDecoder().decode(pull.getHeader("X-Registry-Auth")), StandardCharsets.UTF_8));
    }

    private static String token(HttpServerRequest pull) {
        return header(pull).getString("registrytoken");
    }

    private void awaitPulls(int count) {
        await(() -> pulls.size() >= count);
    }

    private void awaitInspections(int count) {
        await(() -> script.requests(INSPECT).size() >= count);
        // The answer to the last one is still under way; what it brings about is quicker than this.
        context.await(() -> vertx.timer(100));
    }

    private void await(BooleanSupplier condition) {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            context.await(() -> vertx.timer(20));
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
