package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.config.ConfigLoader;
import dev.berth.config.RunnerConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pool there is, by settings and engine, and that its image stays. */
final class NetworkPoolsTest {
    private static final String PAUSE = new PauseImage(PauseProgram.of("x86_64").orElseThrow()).name();

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);

    @AfterEach
    void stop() {
        new OnContext(vertx).begin(vertx::close).join();
    }

    private static final Map<String, String> WANTED = Map.of(RealEngine.PLACES, "auto");

    private NetworkPools pools(Map<String, String> environment, boolean podman, String architecture) {
        RunnerConfig config = ConfigLoader.load(null, environment, Map.of()).config();
        EngineApi api = new EngineApi(ScriptedEngines.http(vertx, "unix:///nowhere"));
        EngineWatch watch = new EngineWatch(vertx, api::probe, EngineCallListener.NONE);
        DockerContainer.Parts parts = new DockerContainer.Parts(
                vertx,
                api,
                StandardStreams.Way.APART,
                new Pausing(api, new CgroupFreezer(vertx, Path.of("/nowhere"), true), watch),
                new MemoryKills(vertx, Path.of("/nowhere"), true),
                new ControlGroupMeters(vertx, Path.of("/nowhere"), true),
                new Remover(vertx, api));
        return new NetworkPools(
                parts,
                new DockerEngine.Options(
                        config.docker(),
                        config.engine(),
                        new TestInstances("pools"),
                        new SocketPaths(Path.of("/tmp"), null),
                        EngineCallListener.NONE),
                new EngineFacts(podman, "", "", false, "machine", architecture, 2),
                watch);
    }

    private NetworkPool chosen(NetworkPools pools) {
        RegistryCredentials none = RegistryCredentials.load(null, null);
        EngineApi api = new EngineApi(ScriptedEngines.http(vertx, "unix:///nowhere"));
        ImagePuller puller = new ImagePuller(vertx, api, none, Duration.ofSeconds(1));
        return pools.choose(puller, new NetworkSpread(List.of()), new StartsUnderWay());
    }

    @Test
    void placesAreHeldReadyWhereTheyAreWanted() {
        assertThat(chosen(pools(WANTED, false, "x86_64"))).isInstanceOf(PlacePool.class);
        assertThat(chosen(pools(WANTED, false, "aarch64"))).isInstanceOf(PlacePool.class);
        assertThat(chosen(pools(Map.of(), false, "x86_64"))).isNull();
    }

    @Test
    void fnsOwnPoolWinsWhereItIsSet() {
        NetworkPools fns = pools(
                Map.of("FN_EXPERIMENTAL_PREFORK_POOL_SIZE", "3", "FN_EXPERIMENTAL_PREFORK_IMAGE", "sleeper"),
                false,
                "x86_64");
        assertThat(chosen(fns)).isInstanceOf(PreforkPool.class);
        assertThat(fns.image()).isEqualTo("sleeper:latest");
        assertThat(chosen(pools(Map.of("FN_EXPERIMENTAL_PREFORK_POOL_SIZE", "0"), false, "x86_64")))
                .isNull();
    }

    @Test
    void whereThereIsNothingToHoldReadyThereIsNoPool() {
        assertThat(chosen(pools(WANTED, true, "x86_64"))).as("Podman").isNull();
        assertThat(chosen(pools(WANTED, false, "s390x"))).as("no program").isNull();
        assertThat(chosen(pools(Map.of("FN_DOCKER_NETWORKS", "host", RealEngine.PLACES, "auto"), false, "x86_64")))
                .as("the machine's own network")
                .isNull();
    }

    @Test
    void theCleanerSparesTheirImage(@TempDir Path folder) {
        try (ScriptedEngine script = new ScriptedEngine(vertx, folder)) {
            script.on("GET /info", json(200, "{\"ServerVersion\":\"20.10.24\",\"Architecture\":\"x86_64\"}"));
            script.on(
                    "GET /images/json",
                    json(
                            200,
                            new JsonArray()
                                    .add(image("sha256:pause", PAUSE))
                                    .add(image("sha256:other", "other:1"))
                                    .encode()));
            script.on("DELETE /images/.*", json(200, "[]"));
            Map<String, String> environment = new HashMap<>();
            environment.put(RealEngine.PLACES, "auto");
            environment.put("FN_IMAGE_CLEAN_MAX_SIZE", "1");
            DockerEngine engine = ScriptedEngines.engine(vertx, script.address(), environment, EngineCallListener.NONE);
            context.await(engine::start);
            // The least recent is the first to be removed, half a second before the next.
            for (int i = 0; i < 100 && script.requests("DELETE .*").isEmpty(); i++) {
                context.await(() -> vertx.timer(20));
            }
            assertThat(script.requests("DELETE .*")).containsExactly("DELETE /images/sha256%3Aother");
            context.await(engine::close);
        }
    }

    private static JsonObject image(String id, String tag) {
        return new JsonObject().put("Id", id).put("Size", 127).put("RepoTags", new JsonArray().add(tag));
    }
}
