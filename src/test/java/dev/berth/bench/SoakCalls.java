package dev.berth.bench;

import java.util.List;

/** Many small calls, one after the other and 32 at a time: no error, and nothing piles up. */
final class SoakCalls {
    private static final int CALLS = 10_000;
    private static final int STREAMS = 32;
    private static final int WARM_UP = 3_000;
    private static final int IDLE_SECONDS = 600;

    private final SoakRun run;
    private final RunnerProcess runner;
    private final CallSpec spec = CallSpec.of("berth/echo-node").idle(IDLE_SECONDS);
    private final Payload payload = Payload.of(200, Payload.FRAME_OF_CLI);

    SoakCalls(SoakRun run, RunnerProcess runner) {
        this.run = run;
        this.runner = runner;
    }

    void run() {
        int calls = run.of(CALLS);
        Measurement warmUp = calls(1, WARM_UP / 10);
        check("warm-up", warmUp, WARM_UP / 10);
        check("warm-up, 32 at a time", calls(STREAMS, WARM_UP), WARM_UP);
        Holdings before = Holdings.of(runner);
        check("one after the other", calls(1, calls), calls);
        before.checkNoGrowth(run.checks(), "after calls one after the other", Holdings.of(runner));
        check("32 at a time", calls(STREAMS, calls), calls);
        before.checkNoGrowth(run.checks(), "after calls 32 at a time", Holdings.of(runner));
    }

    private Measurement calls(int streams, int count) {
        return run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        streams,
                        spec,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(count));
    }

    private void check(String what, Measurement measured, int count) {
        run.checks()
                .that(
                        measured.errors() == 0 && measured.calls() == count,
                        what + ", " + runner.containers() + " containers",
                        "%s",
                        measured);
    }
}
