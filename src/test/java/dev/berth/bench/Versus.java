package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Two jars in turns within one run, other, this, other, this: what a change has done, on a machine whose speed changes
 * from minute to minute. Both runners are there all the time and warm; both are started by this checkout's script.
 */
final class Versus {
    private static final String ECHO = "echo-node";
    private static final int WARM_UPS = 6;

    private final BenchRun run;
    private final RunnerProcess.Setup otherSetup;
    private final Set<String> parts;

    Versus(BenchRun run, Path other, Set<String> parts) {
        this.run = run;
        this.otherSetup = run.setup().with("BERTH_JAR", other.toAbsolutePath().toString());
        this.parts = parts;
    }

    void measure() {
        if (parts.contains("start")) {
            run.part("start", this::starts);
        }
        if (parts.contains("first")) {
            run.part("first", this::firsts);
        }
        if (parts.contains("woken") && run.setup().engine().equals("docker")) {
            run.part("woken", () -> new WokenCalls(run).compare(otherSetup));
        }
        if (parts.contains("hot") || parts.contains("bodies")) {
            run.part("load", this::load);
        }
    }

    private void load() {
        RunnerProcess other = run.runner(otherSetup, "other");
        RunnerProcess own = run.runner(run.setup(), "this");
        other.awaitQuiet();
        own.awaitQuiet();
        load(other, own);
        run.cleanup().undoNow(own);
        run.cleanup().undoNow(other);
    }

    private void starts() {
        run.progress("start-up");
        Rounds<double[]> rounds =
                Rounds.of(run.pace().startUps(), () -> started(otherSetup), () -> started(run.setup()));
        row("process start to first Status", rounds, figures -> figures[0] / 1000, " s");
        row("resident memory, idle", rounds, figures -> figures[1], " MiB");
    }

    private double[] started(RunnerProcess.Setup setup) {
        RunnerProcess runner = run.runner(setup, "start");
        runner.awaitQuiet();
        RunnerProcess.pause(StartUps.SETTLE_MILLIS);
        double[] figures = {runner.firstStatusMillis(), runner.figures().residentMiB()};
        run.cleanup().undoNow(runner);
        return figures;
    }

    private void firsts() {
        run.progress("first calls");
        FirstCalls first = new FirstCalls(run);
        Rounds<Measurement> rounds =
                Rounds.of(run.pace().firstCalls(), () -> first(first, otherSetup), () -> first(first, run.setup()));
        run.report().errors("first calls", rounds.all());
        row("first 2,000 calls, 8 at a time: p50", rounds, one -> one.millis(50), " ms");
        row("first 2,000 calls, 8 at a time: processor time", rounds, Versus::micros, " µs per call");
    }

    private Measurement first(FirstCalls first, RunnerProcess.Setup setup) {
        RunnerProcess runner = run.runner(setup, "first");
        Measurement measured = first.first(runner);
        run.cleanup().undoNow(runner);
        return measured;
    }

    private void load(RunnerProcess other, RunnerProcess own) {
        if (parts.contains("hot")) {
            List<Integer> streams = HotCalls.streams(run);
            int most = streams.get(streams.size() - 1);
            run.progress("warming up");
            for (int i = 0; i < WARM_UPS; i++) {
                hot(other, most);
                hot(own, most);
            }
            streams.forEach(count -> hot(other, own, count));
        }
        if (parts.contains("bodies")) {
            new LargeBodies(run).compare(other, own);
        }
        run.report()
                .pair(
                        "resident memory, most under this load",
                        other.figures().peakMiB(),
                        own.figures().peakMiB(),
                        " MiB",
                        "");
    }

    private void hot(RunnerProcess other, RunnerProcess own, int count) {
        run.progress("hot calls, " + count + " at a time");
        Rounds<Measurement> rounds = Rounds.of(run.pace().pairs(), () -> hot(other, count), () -> hot(own, count));
        String what = "hot call, " + count + " at a time: ";
        run.report().errors(what, rounds.all());
        row(what + "p50", rounds, one -> one.millis(50), " ms");
        row(what + "p99", rounds, one -> one.millis(99), " ms");
        row(what + "calls/s", rounds, Measurement::callsPerSecond, "");
        if (count == 8) {
            run.report()
                    .pair(
                            what + "processor time",
                            rounds.bare(Versus::micros),
                            rounds.runner(Versus::micros),
                            " µs per call",
                            rounds.ratio(Versus::micros),
                            Aim.atMost(0.65, "×"));
        } else {
            row(what + "processor time", rounds, Versus::micros, " µs per call");
        }
    }

    private Measurement hot(RunnerProcess runner, int count) {
        Payload payload = Payload.of(16, Payload.FRAME_OF_CLI);
        return runner.metered(() -> run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        count,
                        CallSpec.of("berth/" + ECHO),
                        payload,
                        Expected.same(payload),
                        run.pace().plan()));
    }

    private static double micros(Measurement one) {
        return one.processorMillisPerCall() * 1000;
    }

    private <T> void row(String what, Rounds<T> rounds, ToDoubleFunction<T> figure, String unit) {
        run.report()
                .pair(
                        what,
                        rounds.bare(figure),
                        rounds.runner(figure),
                        unit,
                        Report.number(rounds.ratio(figure)) + "×");
    }
}
