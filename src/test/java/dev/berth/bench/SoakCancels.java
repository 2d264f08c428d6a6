package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are given up at random stages, by resetting their stream or by cutting their connection: afterwards no
 * container is busy, no capacity is held, and no stream or file is left open.
 */
final class SoakCancels {
    private static final int CALLS = 10_000;
    private static final int LANES = 8;
    private static final double CUT_SHARE = 0.02;
    /**
     * The client's library answers each frame that was under way when its stream was reset with a reset of its own,
     * and ends a connection on which it has sent 200 of these within 30 s; an answer here is 19 frames.
     */
    private static final int MOST_OF_A_CONNECTION = 20;

    private static final int BODY = 100_000;
    private static final int IDLE_SECONDS = 3;
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);

    private final SoakRun run;
    private final RunnerProcess runner;
    private final Random random;
    private final EngageWire quick;
    private final EngageWire slow;
    private final Map<CancelStage, Integer> stages = new EnumMap<>(CancelStage.class);
    private final HttpClientAgent client;
    private Promise<Void> done = Promise.promise();
    private int left;
    private int cuts;
    private int unreached;
    private @Nullable String firstUnreached;
    private int running;

    SoakCancels(SoakRun run, RunnerProcess runner, long seed) {
        this.run = run;
        this.runner = runner;
        this.random = new Random(seed);
        Payload payload = Payload.of(BODY, Payload.FRAME_OF_BALANCER);
        CallSpec spec = CallSpec.of(SoakRun.TEST_FUNCTION).idle(IDLE_SECONDS);
        quick = new EngageWire(spec.header("X-Do", "read; fill 300000"), payload);
        slow = new EngageWire(spec.header("X-Do", "read; sleep 30; fill 300000"), payload);
        client = RawConnection.client(run.driver().vertx());
    }

    void run() {
        int calls = run.of(CALLS);
        giveUp(calls / 10);
        stages.clear();
        cuts = 0;
        awaitQuiet("after the warm-up");
        Holdings before = Holdings.of(runner);
        giveUp(calls);
        Driver.block(client.close());
        Checks checks = run.checks();
        checks.say("        " + calls + " calls given up: " + stages + ", " + cuts + " connections cut");
        checks.that(
                unreached == 0,
                "calls reach the stage at which they are given up",
                "%d did not%s",
                unreached,
                firstUnreached == null ? "" : ", the first: " + firstUnreached);
        awaitQuiet("after the cancels");
        before.checkNoGrowth(checks, "after the cancels", Holdings.of(runner));
        stillWorks();
    }

    private void giveUp(int calls) {
        left = calls;
        running = LANES;
        run.driver().await(() -> {
            done = Promise.promise();
            for (int i = 0; i < LANES; i++) {
                connect();
            }
            return done.future();
        });
    }

    private void connect() {
        RawConnection.connect(client, RunnerProcess.HOST, runner.port())
                .onComplete(connection -> next(connection, 0), done::tryFail);
    }

    private void next(HttpClientConnection connection, int calls) {
        if (left <= 0) {
            connection.close();
            if (--running == 0) {
                done.tryComplete();
            }
        } else if (calls == MOST_OF_A_CONNECTION || random.nextDouble() < CUT_SHARE) {
            cut(connection);
        } else {
            left--;
            CancelStage stage = stage();
            RawConnection.engage(connection)
                    .compose(request -> start(request, stage)
                            .onFailure(why -> notReached(stage, why))
                            .otherwiseEmpty()
                            .compose(nothing -> BrokenCall.reset(request)))
                    .onComplete(nothing -> next(connection, calls + 1), done::tryFail);
        }
    }

    /** Several calls on the connection, each at a stage of its own when it is cut. */
    private void cut(HttpClientConnection connection) {
        cuts++;
        List<Future<Void>> stagesReached = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            left--;
            CancelStage stage = stage();
            stagesReached.add(RawConnection.engage(connection).compose(request -> start(request, stage)));
        }
        Future.join(stagesReached).onComplete(any -> connection.close().onComplete(closed -> connect()));
    }

    private CancelStage stage() {
        CancelStage stage = CancelStage.random(random);
        stages.merge(stage, 1, Integer::sum);
        return stage;
    }

    private Future<Void> start(HttpClientRequest request, CancelStage stage) {
        EngageWire wire = stage == CancelStage.WHILE_THE_FUNCTION_WORKS ? slow : quick;
        return new BrokenCall(
                        run.driver().vertx(), stage, wire, run.driver().ids().next(), random)
                .run(request);
    }

    private void notReached(CancelStage stage, Throwable why) {
        unreached++;
        if (firstUnreached == null) {
            firstUnreached = stage + ": " + why;
        }
    }

    private void awaitQuiet(String when) {
        long end = System.nanoTime() + QUIET_WITHIN.toNanos();
        while (!Holdings.idle(runner.status()) && System.nanoTime() < end) {
            RunnerProcess.pause(100);
        }
        run.checks()
                .that(
                        Holdings.idle(runner.status()),
                        "no call, container or capacity is left " + when,
                        "%d streams, %d MiB, %d containers",
                        runner.status().getActive(),
                        runner.status().getNode().getMemoryUsedBytes() >> 20,
                        runner.containers());
    }

    private void stillWorks() {
        Payload payload = Payload.of(BODY, Payload.FRAME_OF_BALANCER);
        Measurement calls = run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        LANES,
                        CallSpec.of(SoakRun.TEST_FUNCTION).idle(IDLE_SECONDS).header("X-Do", "read; fill 300000"),
                        payload,
                        Expected.likeTheFirst(),
                        ClosedLoop.Plan.counting(200));
        run.checks().that(calls.errors() == 0, "calls afterwards", "%s", calls);
    }
}
