package dev.berth.engine.docker;

import static dev.berth.engine.docker.ScriptedEngine.error;
import static dev.berth.engine.docker.ScriptedEngine.hangUp;
import static dev.berth.engine.docker.ScriptedEngine.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.Backoff;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When places are made and removed, on an engine that keeps books of them. */
final class PlacePoolTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final PlacePool.Times CALM = new PlacePool.Times(
            Duration.ofMillis(1), LONG, LONG, LONG, Backoff.of(Duration.ofMillis(100), Duration.ofSeconds(1)));
    private static final String NO_IMAGE = "GET /images/berth/pause:[0-9a-f]+/json";

    private final Vertx vertx = Vertx.vertx();
    private final OnContext context = new OnContext(vertx);
    private final StartsUnderWay starts = new StartsUnderWay();
    /** State by name of what is on the engine. */
    private final Map<String, String> there = new ConcurrentHashMap<>();

    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger making = new AtomicInteger();
    private final AtomicInteger mostMaking = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private ScriptedEngine script;
    private EngineApi api;
    private PlacePool pool;

    @BeforeEach
    void start(@TempDir Path folder) {
        script = new ScriptedEngine(vertx, folder);
        script.on(NO_IMAGE, json(200, "{\"Id\":\"sha256:1\"}"));
        script.on("POST /containers/create", this::create);
        script.on("POST /containers/[^/]+/start", this::begin);
        script.on("DELETE /containers/.*", this::remove);
        script.on("GET /containers/json", this::list);
        api = new EngineApi(ScriptedEngines.http(vertx, script.address()));
    }

    @AfterEach
    void stop() {
        context.await(pool::close);
        assertThat(there).as("left on the engine").isEmpty();
        context.await(() -> api.http().close());
        script.close();
        new OnContext(vertx).begin(vertx::close).join();
    }

    private void run(PlacePool.Times times, int cpus) {
        DockerContainer.Parts parts = new DockerContainer.Parts(
                vertx,
                api,
                StandardStreams.Way.APART,
                new Pausing(api, new CgroupFreezer(vertx, Path.of("/nowhere"), true), watch()),
                new MemoryKills(vertx, Path.of("/nowhere"), true),
                new ControlGroupMeters(vertx, Path.of("/nowhere"), true),
                new Remover(vertx, api));
        PauseImage image = new PauseImage(PauseProgram.of("x86_64").orElseThrow());
        PlaceMaker maker = new PlaceMaker(parts, image, new TestInstances("places"), null, "machine");
        pool = new PlacePool(parts, times, maker, new NetworkSpread(List.of()), starts, watch(), cpus);
        pool.start();
    }

    private EngineWatch watch() {
        return new EngineWatch(vertx, api::probe, EngineCallListener.NONE);
    }

    @Test
    void twoAreHeldReady() {
        run(CALM, 2);
        await(() -> pool.freeCount() == 2);
        assertThat(running()).isEqualTo(2);
    }

    @Test
    void eachServesOneContainerAndGoesWithIt() {
        run(CALM, 2);
        await(() -> pool.freeCount() == 2);
        NetworkLease first = Objects.requireNonNull(pool.take());
        NetworkLease second = Objects.requireNonNull(pool.take());
        assertThat(first.mode()).isEqualTo("container:" + first.joined()).isNotEqualTo(second.mode());
        await(() -> pool.freeCount() >= 2);
        String name = nameOf(first.joined());
        assertThat(there).containsKey(name);
        first.release().run();
        await(() -> !there.containsKey(name));
        NetworkLease third = Objects.requireNonNull(pool.take());
        assertThat(third.joined()).isNotEqualTo(first.joined());
        second.release().run();
        third.release().run();
    }

    @Test
    void anEmptyPoolHasNothingToWaitFor() {
        script.on("POST /containers/create", error(500, "no room"));
        run(CALM, 2);
        assertThat(pool.take()).isNull();
    }

    @Test
    void manyColdStartsHaveMoreHeldReady() {
        run(CALM, 2);
        await(() -> pool.freeCount() == 2);
        for (int i = 0; i < 1_000; i++) {
            NetworkLease lease = pool.take();
            if (lease != null) {
                lease.release().run();
            }
        }
        await(() -> pool.freeCount() > 2);
        assertThat(most).as("there at a time").hasValueLessThanOrEqualTo(PlaceDemand.MOST);
    }

    /** They would slow those starts down. */
    @Test
    void whileTheMachineIsStartingContainersNoneIsMade() {
        Runnable one = starts.begin();
        Runnable two = starts.begin();
        run(CALM, 2);
        context.await(() -> vertx.timer(200));
        assertThat(made).as("with two starts under way on two processors").hasValue(0);
        one.run();
        await(() -> pool.freeCount() == 2);
        assertThat(mostMaking).as("made at a time, beside one start").hasValue(1);
        two.run();
    }

    @Test
    void anEngineThatFailsIsAskedLessAndLess() {
        script.on("POST /containers/create", error(500, "no room"));
        run(CALM, 8);
        // 100 + 200 + 400 + 800 ms lie between the first and the fifth.
        context.await(() -> vertx.timer(1_200));
        assertThat(script.requests("POST /containers/create")).hasSizeBetween(2, 2 + 4);
        script.on("POST /containers/create", this::create);
        await(() -> pool.freeCount() == 2);
    }

    /** Whatever came of it: the name is cleared before it is used again, and at the end. */
    @Test
    void whatMayHaveBeenMadeIsRemoved() {
        script.on("POST /containers/create", request -> {
            there.put(request.getParam("name"), "created");
            hangUp().handle(request);
        });
        run(CALM, 2);
        await(() -> !there.isEmpty());
        await(() -> !script.requests("DELETE .*").isEmpty());
        assertThat(there).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void anImageThatIsMissingIsBroughtAlong() {
        script.on(NO_IMAGE, error(404, "No such image"));
        script.on(
                "POST /images/load",
                request -> request.body().onSuccess(body -> {
                    script.on(NO_IMAGE, json(200, "{\"Id\":\"sha256:1\"}"));
                    json(200, "{}").handle(request);
                }));
        run(CALM, 1);
        await(() -> pool.freeCount() == 2);
        assertThat(script.requests("POST /images/load")).hasSize(1);
    }

    @Test
    void oneThatHasGrownOldIsMadeAnew() {
        run(
                new PlacePool.Times(
                        CALM.first(), Duration.ofMillis(50), Duration.ofMillis(200), CALM.makeWay(), CALM.backoff()),
                2);
        await(() -> pool.freeCount() == 2);
        List<String> before = List.copyOf(there.keySet());
        await(() -> there.size() == 2 && before.stream().noneMatch(there::containsKey));
    }

    @Test
    void oneThatHasEndedIsMadeAnew() {
        run(new PlacePool.Times(CALM.first(), Duration.ofMillis(50), LONG, LONG, CALM.backoff()), 2);
        await(() -> pool.freeCount() == 2);
        String victim = there.keySet().iterator().next();
        there.put(victim, "exited");
        await(() -> !there.containsKey(victim) && pool.freeCount() == 2);
    }

    /** Someone wants to remove the network, and cannot while a place is on it. */
    @Test
    void whenTheyWereRemovedByHandNoneIsMadeForAWhile() {
        run(new PlacePool.Times(CALM.first(), Duration.ofMillis(50), LONG, Duration.ofMillis(600), CALM.backoff()), 2);
        await(() -> pool.freeCount() == 2);
        there.clear();
        await(() -> pool.freeCount() == 0);
        int before = made.get();
        context.await(() -> vertx.timer(300));
        assertThat(made).as("made meanwhile").hasValue(before);
        await(() -> pool.freeCount() == 2);
    }

    @Test
    void onceNothingIsStartedAnyMoreWhatIsFreeGoes() {
        run(CALM, 2);
        await(() -> pool.freeCount() == 2);
        NetworkLease taken = Objects.requireNonNull(pool.take());
        String name = nameOf(taken.joined());
        pool.startsEnd();
        await(() -> there.keySet().equals(Set.of(name)));
        taken.release().run();
        await(there::isEmpty);
        assertThat(pool.take()).isNull();
    }

    private void create(HttpServerRequest request) {
        String name = request.getParam("name");
        mostMaking.accumulateAndGet(making.incrementAndGet(), Math::max);
        there.put(name, "created");
        most.accumulateAndGet(there.size(), Math::max);
        json(201, "{\"Id\":\"" + idOf(name) + "\"}").handle(request);
    }

    private void begin(HttpServerRequest request) {
        String[] path = request.path().split("/");
        String name = path[path.length - 2];
        vertx.setTimer(20, later -> {
            there.put(name, "running");
            making.decrementAndGet();
            made.incrementAndGet();
            json(204, "").handle(request);
        });
    }

    private void remove(HttpServerRequest request) {
        String path = request.path();
        boolean gone = there.remove(path.substring(path.lastIndexOf('/') + 1)) == null;
        Handler<HttpServerRequest> answer = gone ? error(404, "No such container") : json(204, "");
        answer.handle(request);
    }

    private void list(HttpServerRequest request) {
        JsonArray all = new JsonArray();
        there.forEach(
                (name, state) -> all.add(new JsonObject().put("Id", idOf(name)).put("State", state)));
        json(200, all.encode()).handle(request);
    }

    private static String idOf(String name) {
        return "id-" + name;
    }

    private static String nameOf(String id) {
        return id.substring("id-".length());
    }

    private long running() {
        return there.values().stream().filter("running"::equals).count();
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            context.await(() -> vertx.timer(10));
        }
        assertThat(condition.getAsBoolean()).as("%s", there).isTrue();
    }
}
