package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Functions and clients of all kinds beside each other, more functions than there is room for, frozen and evicted all
 * the time. However odd they are, each call ends as its kind may end, and afterwards nothing is held.
 */
final class SoakChaos {
    private static final int LANES = 8;
    private static final int SHOWN = 40;
    private static final int LARGE = 7 << 19;
    private static final int MOST_RESIDENT_MIB = 400;

    private final SoakRun run;
    private final RunnerProcess runner;
    private final Holder holder;
    private final Random random;
    private final List<ChaosKind> kinds;
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final HttpClientAgent client;
    private Promise<Void> done = Promise.promise();
    private long end;
    private int running;
    private int calls;
    private int unexpected;

    SoakChaos(SoakRun run, RunnerProcess runner, Holder holder, long seed) {
        this.run = run;
        this.runner = runner;
        this.holder = holder;
        this.random = new Random(seed);
        this.kinds = ChaosKinds.all(run.setup().engine().equals("docker"));
        this.client = RawConnection.client(run.driver().vertx());
    }

    void run(Duration duration) {
        Checks checks = run.checks();
        calls(duration.dividedBy(5));
        holder.awaitNothing(checks, runner, "after a fifth of the time");
        Holdings before = Holdings.of(runner);
        calls(duration.multipliedBy(4).dividedBy(5));
        Driver.block(client.close());
        holder.awaitNothing(checks, runner, "after all calls");
        largeCallFits();
        holder.awaitNothing(checks, runner, "after the large call");
        before.checkNoGrowth(checks, "after the chaos", Holdings.of(runner));
        checks.that(
                runner.figures().peakMiB() <= MOST_RESIDENT_MIB,
                "memory",
                "%.0f MiB at most",
                runner.figures().peakMiB());
        outcomes.forEach((what, count) -> checks.say("        " + count + " " + what));
        checks.that(unexpected == 0 && calls > 0, "chaos", "%d calls, %d unexpected", calls, unexpected);
    }

    /** Its document is as large as all that waiting calls may hold, so it is taken only when none of that is held. */
    private void largeCallFits() {
        Payload payload = Payload.of(200, Payload.FRAME_OF_CLI);
        CallSpec large =
                CallSpec.of(SoakRun.TEST_FUNCTION).slot("large").idle(1).header("X-Large", "x".repeat(LARGE));
        Measurement fits = run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        large,
                        payload,
                        Expected.likeTheFirst(),
                        ClosedLoop.Plan.counting(1));
        String ended = String.valueOf(fits.firstError());
        run.checks().that(!ended.startsWith("503"), "the budget is given back", "a large call ended with %s", ended);
    }

    private void calls(Duration duration) {
        end = System.nanoTime() + duration.toNanos();
        running = LANES;
        run.driver().await(() -> {
            done = Promise.promise();
            for (int i = 0; i < LANES; i++) {
                next();
            }
            return done.future();
        });
    }

    private void next() {
        if (System.nanoTime() >= end) {
            if (--running == 0) {
                done.complete();
            }
            return;
        }
        ChaosKind kind = kinds.get(random.nextInt(kinds.size()));
        String callId = run.driver().ids().next();
        (kind.client() == ChaosKind.Client.CUTS ? cut(kind, callId) : call(kind, callId)).onSuccess(outcome -> {
            calls++;
            outcomes.merge(kind.name().replaceFirst("-\\d+$", "") + ": " + outcome, 1, Integer::sum);
            if (!kind.allows(outcome)) {
                unexpected++;
                if (unexpected <= SHOWN) {
                    run.checks().say("UNEXPECTED  " + kind.name() + ", call " + callId + ": " + outcome);
                }
            }
            next();
        });
    }

    private Future<String> call(ChaosKind kind, String callId) {
        return new ChaosCall(run.driver().vertx(), kind, callId, random).run(runner.connection());
    }

    /** Some calls on a connection of their own, each at a stage of its own when that is cut. */
    private Future<String> cut(ChaosKind kind, String callId) {
        EngageWire wire = new EngageWire(
                kind.spec(), Payload.of((long) kind.copies() * CallIds.LENGTH, Payload.FRAME_OF_BALANCER));
        return RawConnection.connect(client, RunnerProcess.HOST, runner.port())
                .compose(connection -> {
                    List<Future<Void>> reached = new ArrayList<>();
                    for (int i = random.nextInt(3); i >= 0; i--) {
                        reached.add(stage(
                                connection,
                                wire,
                                i == 0 ? callId : run.driver().ids().next()));
                    }
                    return Future.join(reached).eventually(connection::close);
                })
                .map(ChaosKind.GIVEN_UP)
                .otherwise(failure -> "not reached: " + failure);
    }

    private Future<Void> stage(HttpClientConnection connection, EngageWire wire, String callId) {
        CancelStage stage = CancelStage.random(random);
        return RawConnection.engage(connection)
                .compose(request -> new BrokenCall(run.driver().vertx(), stage, wire, callId, random).run(request));
    }
}
