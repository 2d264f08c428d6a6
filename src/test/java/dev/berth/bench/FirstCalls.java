package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.time.Duration;
import java.util.List;

/**
 * The first calls that begin 10 s after the port is open, which is when an operator looks, beside the same runner's
 * steady state. Their cold starts are among them.
 */
final class FirstCalls {
    private static final String FUNCTION = "echo-node";
    private static final int STREAMS = 8;
    private static final int COUNT = 2000;
    private static final long BEGIN_MILLIS = 10_000;

    private final BenchRun run;
    private final Payload payload = Payload.of(16, Payload.FRAME_OF_CLI);
    private final CallSpec spec = CallSpec.of("berth/" + FUNCTION);

    FirstCalls(BenchRun run) {
        this.run = run;
    }

    void measure() {
        run.progress("first calls");
        Rounds<Measurement> rounds = rounds(run.setup());
        run.report().errors("first calls", rounds.all());
        report(rounds, STREAMS + " at a time, the first " + COUNT + " beside steady");
    }

    /** One round is a runner of its own: steady first, as what is compared with. */
    private Rounds<Measurement> rounds(RunnerProcess.Setup setup) {
        Rounds<Measurement> rounds = new Rounds<>();
        for (int i = 0; i < run.pace().firstCalls(); i++) {
            RunnerProcess runner = run.runner(setup, "first");
            Measurement first = first(runner);
            calls(runner, warmUp());
            rounds.add(calls(runner, run.pace().plan()), first);
            run.cleanup().undoNow(runner);
        }
        return rounds;
    }

    /** The first calls of a runner that was just started. */
    Measurement first(RunnerProcess runner) {
        RunnerProcess.pause(BEGIN_MILLIS);
        return calls(runner, ClosedLoop.Plan.counting(COUNT));
    }

    private ClosedLoop.Plan warmUp() {
        return ClosedLoop.Plan.lasting(
                Duration.ZERO, Duration.ofSeconds(10L * run.pace().warmupSeconds()));
    }

    private Measurement calls(RunnerProcess runner, ClosedLoop.Plan plan) {
        return runner.metered(() -> run.driver()
                .viaRunner(List.of(runner.connection()), STREAMS, spec, payload, Expected.same(payload), plan));
    }

    private void report(Rounds<Measurement> rounds, String what) {
        Report report = run.report();
        report.pair(
                what + ": p50",
                rounds.bare(one -> one.millis(50)),
                rounds.runner(one -> one.millis(50)),
                " ms",
                rounds.ratio(one -> one.millis(50)),
                Aim.atMost(2.5, "×"));
        report.pair(
                what + ": processor time of the runner per call",
                rounds.bare(Measurement::processorMillisPerCall) * 1000,
                rounds.runner(Measurement::processorMillisPerCall) * 1000,
                " µs",
                rounds.ratio(Measurement::processorMillisPerCall),
                Aim.atMost(5, "×"));
    }
}
