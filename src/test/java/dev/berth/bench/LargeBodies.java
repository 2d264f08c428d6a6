package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Bodies of 10 MiB, one call at a time. */
final class LargeBodies {
    private static final int SIZE = 10 << 20;
    private static final String STREAM = "stream-node";
    private static final String ECHO = "echo-node";

    private final BenchRun run;
    private final String streamSocket;
    private final String echoSocket;
    /**
     * Bodies of one kind.
     *
     * @param socket of a function without a runner
     */
    private record Kind(
            String what,
            String socket,
            CallSpec spec,
            Payload payload,
            Supplier<Expected> expected,
            ToDoubleFunction<Measurement> rate) {}

    private final Payload none = Payload.of(0, Payload.FRAME_OF_CLI);
    private final long generatedCrc = new StreamNodeBytes().crc(SIZE);

    LargeBodies(BenchRun run) {
        this.run = run;
        this.streamSocket = run.bare(STREAM).socket().toString();
        this.echoSocket = run.bare(ECHO).socket().toString();
    }

    private List<Kind> kinds() {
        CallSpec stream = CallSpec.of("berth/" + STREAM);
        CallSpec sink = stream.header("X-Mode", "sink").header("X-Hash", "none");
        CallSpec source = stream.header("X-Mode", "source").header("X-Bytes", Integer.toString(SIZE));
        CallSpec echo = CallSpec.of("berth/" + ECHO);
        Supplier<Expected> counted = () -> Expected.text("{\"bytes\":" + SIZE + ",\"sha256\":null}\n");
        Payload large = Payload.of(SIZE, Payload.FRAME_OF_CLI);
        Payload sliced = Payload.of(SIZE, Payload.FRAME_OF_BALANCER);
        ToDoubleFunction<Measurement> up = Measurement::megabytesUp;
        return List.of(
                new Kind("up in frames of 64 KiB", streamSocket, sink, large, counted, up),
                new Kind("up in frames of 10 KiB", streamSocket, sink, sliced, counted, up),
                new Kind(
                        "down",
                        streamSocket,
                        source,
                        none,
                        () -> Expected.known(SIZE, generatedCrc),
                        Measurement::megabytesDown),
                new Kind("echoed, each way", echoSocket, echo, large, () -> Expected.same(large), up));
    }

    /** Through a runner, beside the bare socket. */
    void measure(RunnerProcess runner, String label) {
        for (Kind kind : kinds()) {
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
        for (Kind kind : kinds()) {
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

    private Measurement direct(Kind kind) {
        return run.driver()
                .direct(
                        List.of(kind.socket()),
                        kind.spec(),
                        kind.payload(),
                        kind.expected().get(),
                        run.pace().plan());
    }

    private Measurement via(RunnerProcess runner, Kind kind) {
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
