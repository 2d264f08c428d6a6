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
    private final Payload none = Payload.of(0, Payload.FRAME_OF_CLI);
    private final long generatedCrc = new StreamNodeBytes().crc(SIZE);

    LargeBodies(BenchRun run) {
        this.run = run;
        this.streamSocket = run.bare(STREAM).socket().toString();
        this.echoSocket = run.bare(ECHO).socket().toString();
    }

    void measure(RunnerProcess runner, String label) {
        CallSpec stream = CallSpec.of("berth/" + STREAM);
        CallSpec sink = stream.header("X-Mode", "sink").header("X-Hash", "none");
        CallSpec source = stream.header("X-Mode", "source").header("X-Bytes", Integer.toString(SIZE));
        CallSpec echo = CallSpec.of("berth/" + ECHO);
        Supplier<Expected> counted = () -> Expected.text("{\"bytes\":" + SIZE + ",\"sha256\":null}\n");
        Payload large = Payload.of(SIZE, Payload.FRAME_OF_CLI);
        Payload sliced = Payload.of(SIZE, Payload.FRAME_OF_BALANCER);
        ToDoubleFunction<Measurement> up = Measurement::megabytesUp;

        compare("up in frames of 64 KiB" + label, runner, streamSocket, sink, large, counted, up);
        compare("up in frames of 10 KiB" + label, runner, streamSocket, sink, sliced, counted, up);
        compare(
                "down" + label,
                runner,
                streamSocket,
                source,
                none,
                () -> Expected.known(SIZE, generatedCrc),
                Measurement::megabytesDown);
        compare("echoed, each way" + label, runner, echoSocket, echo, large, () -> Expected.same(large), up);
    }

    private void compare(
            String what,
            RunnerProcess runner,
            String socket,
            CallSpec spec,
            Payload payload,
            Supplier<Expected> expected,
            ToDoubleFunction<Measurement> rate) {
        run.progress("10 MiB " + what);
        Supplier<Measurement> bare = () -> run.driver()
                .direct(
                        List.of(socket),
                        spec,
                        payload,
                        expected.get(),
                        run.pace().plan());
        Supplier<Measurement> through = () -> runner.metered(() -> run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        spec,
                        payload,
                        expected.get(),
                        run.pace().plan()));
        // The first one starts the container, and is not counted.
        Measurement unused = through.get();
        Rounds<Measurement> rounds = Rounds.of(run.pace().rounds(), bare, through);
        run.report().errors("10 MiB " + what, rounds.all());
        run.report()
                .pair(
                        "10 MiB " + what,
                        rounds.bare(rate),
                        rounds.runner(rate),
                        " MB/s",
                        100 * rounds.ratio(rate),
                        Aim.atLeast(30, "%"));
        run.report()
                .figure(
                        "10 MiB " + what + ": processor time of the runner",
                        rounds.runner(Measurement::processorMillisPerCall),
                        " ms per call");
    }
}
