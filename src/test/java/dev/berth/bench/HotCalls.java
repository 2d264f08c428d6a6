package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.ArrayList;
import java.util.List;

/** Small calls to containers that run already, made at several numbers of streams. */
final class HotCalls {
    private static final String FUNCTION = "echo-node";
    private static final int BODY = 16;
    private static final int MIB_PER_FUNCTION = 55;
    private static final int MIB_FOR_THE_REST = 1500;
    private static final int WARM_UP_TRIES = 12;

    private final BenchRun run;
    private final List<String> sockets = new ArrayList<>();
    private final CallSpec spec = CallSpec.of("berth/" + FUNCTION);
    private final Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);
    private final List<Integer> streams;

    HotCalls(BenchRun run) {
        this.run = run;
        int room = (int) ((ProcFigures.availableMiB() - MIB_FOR_THE_REST) / 2 / MIB_PER_FUNCTION);
        streams = List.of(1, 8, 32).stream().filter(count -> count <= room).toList();
        if (streams.size() < 3) {
            run.report().condition("memory", "has room for " + room + " functions twice: " + streams + " streams only");
        }
    }

    private int most() {
        return streams.get(streams.size() - 1);
    }

    /** Starts the functions that are called directly. */
    void startFunctions() {
        run.progress("starting " + most() + " functions without the runner");
        while (sockets.size() < most()) {
            sockets.add(run.bare(FUNCTION).socket().toString());
        }
    }

    /** Measures with a runner, whose rows get the label. */
    void measure(RunnerProcess runner, String label) {
        run.progress("warming up" + label);
        warmUp(runner);
        for (int count : streams) {
            run.progress("hot calls, " + count + " at a time" + label);
            Rounds<Measurement> rounds = Rounds.of(
                    run.pace().rounds(), () -> direct(count, run.pace().plan()), () -> via(runner, count));
            report(rounds, count, label);
        }
    }

    private void warmUp(RunnerProcess runner) {
        direct(most(), run.pace().plan());
        for (int i = 0; i < WARM_UP_TRIES; i++) {
            via(runner, most());
            if (runner.containers() >= most()) {
                break;
            }
        }
        via(runner, 1);
    }

    private Measurement direct(int count, ClosedLoop.Plan plan) {
        return run.driver().direct(sockets.subList(0, count), spec, payload, Expected.same(payload), plan);
    }

    private Measurement via(RunnerProcess runner, int count) {
        return runner.metered(() -> run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        count,
                        spec,
                        payload,
                        Expected.same(payload),
                        run.pace().plan()));
    }

    private void report(Rounds<Measurement> rounds, int count, String label) {
        String what = "hot call, " + count + " at a time" + label + ": ";
        Report report = run.report();
        report.errors(what, rounds.all());
        if (count == 1) {
            double ratio = rounds.ratio(one -> one.millis(50));
            report.pair(
                    what + "p50",
                    rounds.bare(one -> one.millis(50)),
                    rounds.runner(one -> one.millis(50)),
                    " ms",
                    ratio,
                    Aim.atMost(2, "×"));
        } else {
            latency(rounds, what, 50);
        }
        latency(rounds, what, 99);
        double bare = rounds.bare(Measurement::callsPerSecond);
        double runner = rounds.runner(Measurement::callsPerSecond);
        double percent = 100 * rounds.ratio(Measurement::callsPerSecond);
        if (count == 1) {
            report.pair(what + "calls/s", bare, runner, "", Report.number(percent) + "%");
        } else {
            report.pair(what + "calls/s", bare, runner, "", percent, Aim.atLeast(50, "%"));
        }
        report.figure(
                what + "processor time of the runner",
                rounds.runner(Measurement::processorMillisPerCall) * 1000,
                " µs per call");
    }

    private void latency(Rounds<Measurement> rounds, String what, int percentile) {
        run.report()
                .pair(
                        what + "p" + percentile,
                        rounds.bare(one -> one.millis(percentile)),
                        rounds.runner(one -> one.millis(percentile)),
                        " ms",
                        Report.number(rounds.ratio(one -> one.millis(percentile))) + "×");
    }
}
