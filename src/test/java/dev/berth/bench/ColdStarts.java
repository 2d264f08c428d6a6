package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.List;

/**
 * Calls that find no container, beside the engine's own time to create and start one until its socket is there. One
 * after the other, each when the container before is gone.
 */
final class ColdStarts {
    private static final String FUNCTION = "echo-node";
    private static final String POOL_SIZE = "BERTH_DOCKER_PREFORK_POOL_SIZE";
    private static final int BODY = 16;
    private static final long LOOK_AGAIN_MILLIS = 50;
    private static final long GONE_SECONDS = 60;
    private static final double NANOS_PER_MILLI = 1e6;

    private final BenchRun run;
    private final Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);
    private final CallSpec spec = CallSpec.of("berth/" + FUNCTION).idle(1);
    private int number;

    ColdStarts(BenchRun run) {
        this.run = run;
    }

    /** Milliseconds until the socket was there, for a runner the same as until the call was answered. */
    private record Cold(double ready, double answered) {}

    void measure() {
        run.progress("cold starts");
        RunnerProcess runner = run.runner(run.setup(), "cold");
        runner.awaitQuiet();
        direct();
        via(runner);
        Rounds<Cold> rounds = Rounds.of(run.pace().coldStarts(), this::direct, () -> via(runner));
        run.cleanup().undoNow(runner);
        Report report = run.report();
        double start = rounds.bare(Cold::ready);
        double call = rounds.runner(Cold::answered);
        double above = rounds.excess(Cold::ready);
        report.pair(
                "cold call; bare: create, start, socket ready", start, call, " ms", above, Aim.atMost(20, " ms more"));
        report.pair(
                "cold call; bare: with a first call over the socket",
                rounds.bare(Cold::answered),
                call,
                " ms",
                Report.number(rounds.excess(Cold::answered)) + " ms more");
    }

    /** Two runners in turns, one that holds places ready and one that does not. */
    void measurePlaces() {
        run.progress("cold starts with and without places");
        RunnerProcess without = run.runner(run.setup().with(POOL_SIZE, "0"), "without-places");
        RunnerProcess with = run.runner(run.setup().with(POOL_SIZE, "auto"), "with-places");
        without.awaitQuiet();
        with.awaitQuiet();
        via(without);
        via(with);
        Rounds<Cold> rounds = Rounds.of(run.pace().coldStarts(), () -> via(without), () -> via(with));
        run.cleanup().undoNow(without);
        run.cleanup().undoNow(with);
        run.report()
                .pair(
                        "cold call with places; beside: without",
                        rounds.bare(Cold::answered),
                        rounds.runner(Cold::answered),
                        " ms",
                        rounds.ratio(Cold::answered),
                        Aim.atMost(0.5, "×"));
    }

    private Cold direct() {
        BareFunction function = run.bare(FUNCTION);
        Measurement call = run.driver()
                .direct(
                        List.of(function.socket().toString()),
                        spec,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(1));
        check(call);
        run.cleanup().undoNow(function.stop());
        return new Cold(function.startMillis(), function.startMillis() + call.maxMillis());
    }

    private Cold via(RunnerProcess runner) {
        Measurement call = run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        spec.slot("cold " + ++number),
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(1));
        check(call);
        awaitNoContainers(runner);
        return new Cold(call.maxMillis(), call.maxMillis());
    }

    private static void check(Measurement call) {
        if (call.errors() > 0) {
            throw new IllegalStateException("a cold call failed: " + call.firstError());
        }
    }

    private static void awaitNoContainers(RunnerProcess runner) {
        long start = System.nanoTime();
        while (runner.containers() > 0) {
            if ((System.nanoTime() - start) / NANOS_PER_MILLI > GONE_SECONDS * 1000) {
                throw new IllegalStateException("idle containers are not removed within " + GONE_SECONDS + " s");
            }
            RunnerProcess.pause(LOOK_AGAIN_MILLIS);
        }
        // The summary lists a container no longer when its removal has begun.
        RunnerProcess.pause(10 * LOOK_AGAIN_MILLIS);
    }
}
