package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Bodies of 10 MiB, one call at a time. */
final class LargeBodies {
    private final BenchRun run;
    private final List<BodyKind> kinds = BodyKind.all();
    /** Of the functions without a runner, by name. */
    private final Map<String, String> sockets = new HashMap<>();

    LargeBodies(BenchRun run) {
        this.run = run;
        for (BodyKind kind : kinds) {
            sockets.computeIfAbsent(
                    kind.function(), name -> run.bare(name).socket().toString());
        }
    }

    /** Through a runner, beside the bare socket. */
    void measure(RunnerProcess runner, String label) {
        for (BodyKind kind : kinds) {
            String what = "10 MiB " + kind.what() + label;
            run.progress(what);
            // The first one starts the container, and is not counted.
            Measurement unused = via(runner, kind);
            Rounds<Measurement> rounds = Rounds.of(run.pace().rounds(), () -> direct(kind), () -> via(runner, kind));
            run.report().errors(what, rounds.all());
            run.report()
                    .pair(
                            what,
                            rounds.bare(kind.rate()),
                            rounds.runner(kind.rate()),
                            " MB/s",
                            100 * rounds.ratio(kind.rate()),
                            Aim.atLeast(40, "%"));
            run.report()
                    .figure(
                            what + ": processor time of the runner",
                            rounds.runner(Measurement::processorMillisPerCall),
                            " ms per call");
        }
    }

    /** Through two runners in turns. */
    void compare(RunnerProcess other, RunnerProcess own) {
        for (BodyKind kind : kinds) {
            String what = "10 MiB " + kind.what();
            run.progress(what);
            Measurement unused = via(other, kind);
            Measurement unusedToo = via(own, kind);
            Rounds<Measurement> rounds = Rounds.of(run.pace().pairs(), () -> via(other, kind), () -> via(own, kind));
            run.report().errors(what, rounds.all());
            pair(what, rounds, kind.rate(), " MB/s");
            pair(what + ": processor time", rounds, Measurement::processorMillisPerCall, " ms per call");
        }
    }

    private void pair(String what, Rounds<Measurement> rounds, ToDoubleFunction<Measurement> figure, String unit) {
        String ratio = Report.number(rounds.ratio(figure)) + "×";
        run.report().pair(what, rounds.bare(figure), rounds.runner(figure), unit, ratio);
    }

    private Measurement direct(BodyKind kind) {
        return run.driver()
                .direct(
                        List.of(sockets.get(kind.function())),
                        kind.spec(),
                        kind.payload(),
                        kind.expected().get(),
                        run.pace().plan());
    }

    private Measurement via(RunnerProcess runner, BodyKind kind) {
        return runner.metered(() -> run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        kind.spec(),
                        kind.payload(),
                        kind.expected().get(),
                        run.pace().plan()));
    }
}
