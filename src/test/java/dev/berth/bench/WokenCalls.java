package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.List;

/** Calls that find their function frozen, beside calls after the same pause to one that is never frozen. */
final class WokenCalls {
    private static final String FUNCTION = "echo-node";
    private static final long PAUSE_MILLIS = 300;
    private static final String FREEZE_IDLE = "BERTH_WORKER_FREEZE_IDLE";
    private static final int WARM_UP = 500;
    private static final Aim BAR = Aim.atMost(0.7, " ms more");

    private final BenchRun run;
    private final Payload payload = Payload.of(16, Payload.FRAME_OF_CLI);
    private final CallSpec spec = CallSpec.of("berth/" + FUNCTION);

    WokenCalls(BenchRun run) {
        this.run = run;
    }

    void measure() {
        run.progress("woken calls");
        RunnerProcess awake = run.runner(run.setup().with(FREEZE_IDLE, "never"), "awake");
        RunnerProcess freezing = run.runner(run.setup().with(FREEZE_IDLE, "50ms"), "freezing");
        for (RunnerProcess runner : List.of(awake, freezing)) {
            runner.awaitQuiet();
            calls(runner, WARM_UP);
        }
        Rounds<Measurement> rounds =
                Rounds.of(run.pace().wokenCalls(), () -> afterPause(awake), () -> afterPause(freezing));
        run.cleanup().undoNow(freezing);
        run.cleanup().undoNow(awake);
        run.report().errors("woken calls", rounds.all());
        run.report()
                .pair(
                        "woken call, beside one never frozen after the same pause: p50",
                        rounds.bare(Measurement::maxMillis),
                        rounds.runner(Measurement::maxMillis),
                        " ms",
                        rounds.excess(Measurement::maxMillis),
                        BAR);
    }

    /** Two jars in turns, each beside the same runner that never freezes, which is this checkout's. */
    void compare(RunnerProcess.Setup otherSetup) {
        run.progress("woken calls");
        RunnerProcess awake = run.runner(run.setup().with(FREEZE_IDLE, "never"), "awake");
        RunnerProcess other = run.runner(otherSetup.with(FREEZE_IDLE, "50ms"), "freezing-other");
        RunnerProcess own = run.runner(run.setup().with(FREEZE_IDLE, "50ms"), "freezing");
        List<RunnerProcess> runners = List.of(awake, other, own);
        for (RunnerProcess runner : runners) {
            runner.awaitQuiet();
            calls(runner, WARM_UP);
        }
        Rounds<Measurement> ofOther = new Rounds<>();
        Rounds<Measurement> ofOwn = new Rounds<>();
        for (int i = 0; i < run.pace().wokenCalls(); i++) {
            Measurement unfrozen = afterPause(awake);
            ofOther.add(unfrozen, afterPause(other));
            ofOwn.add(unfrozen, afterPause(own));
        }
        runners.forEach(run.cleanup()::undoNow);
        run.report().errors("woken calls", ofOther.all());
        run.report().errors("woken calls", ofOwn.all());
        run.report()
                .pair(
                        "woken call: p50",
                        ofOther.runner(Measurement::maxMillis),
                        ofOwn.runner(Measurement::maxMillis),
                        " ms",
                        "");
        run.report()
                .pair(
                        "the same, above one never frozen after the same pause: p50",
                        ofOther.excess(Measurement::maxMillis),
                        ofOwn.excess(Measurement::maxMillis),
                        " ms",
                        ofOwn.excess(Measurement::maxMillis),
                        BAR);
    }

    private Measurement afterPause(RunnerProcess runner) {
        RunnerProcess.pause(PAUSE_MILLIS);
        return calls(runner, 1);
    }

    private Measurement calls(RunnerProcess runner, int count) {
        return run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        spec,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(count));
    }
}
