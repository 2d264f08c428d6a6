package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

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
    private final Floor floor;

    HotCalls(BenchRun run) {
        this.run = run;
        this.streams = streams(run);
        this.floor = run.cleanup().add(Floor.start(run.driver()));
    }

    /** At how many streams to measure, by the memory there is for functions. */
    static List<Integer> streams(BenchRun run) {
        int room = (int) ((ProcFigures.availableMiB() - MIB_FOR_THE_REST) / 2 / MIB_PER_FUNCTION);
        List<Integer> streams =
                Stream.of(1, 8, 32).filter(count -> count <= room).toList();
        if (streams.size() < 3) {
            run.report().condition("memory", "has room for " + room + " functions twice: " + streams + " streams only");
        }
        return streams;
    }

    private int most() {
        return streams.get(streams.size() - 1);
    }

    /** Starts the functions that are called directly, and the server that answers by itself. */
    void startFunctions() {
        run.progress("starting " + most() + " functions without the runner");
        while (sockets.size() < most()) {
            sockets.add(run.bare(FUNCTION).socket().toString());
        }
    }

    /** Measures with a runner, whose rows get the label. */
    void measure(RunnerProcess runner, String label) {
        run.progress("warming up" + label);
        runner.awaitQuiet();
        warmUp(runner);
        for (int count : streams) {
            run.progress("hot calls, " + count + " at a time" + label);
            HotRounds rounds = new HotRounds();
            for (int i = 0; i < run.pace().rounds(); i++) {
                Measurement bare = direct(count, run.pace().plan());
                Measurement grpc = via(floor.connection(), count);
                Measurement through = via(runner, count);
                rounds.add(bare, grpc, through);
            }
            rounds.report(run.report(), count, label);
        }
    }

    private void warmUp(RunnerProcess runner) {
        via(floor.connection(), most());
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
        return runner.metered(() -> via(runner.connection(), count));
    }

    private Measurement via(EngageConnection connection, int count) {
        return run.driver()
                .viaRunner(
                        List.of(connection),
                        count,
                        spec,
                        payload,
                        Expected.same(payload),
                        run.pace().plan());
    }
}
