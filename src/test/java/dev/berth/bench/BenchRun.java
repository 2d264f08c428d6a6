package dev.berth.bench;

import java.nio.file.Path;

/**
 * What the parts of a benchmark share.
 *
 * @param logs folder of the runners' logs
 */
record BenchRun(
        Driver driver,
        FunctionHost host,
        Cleanup cleanup,
        RunnerProcess.Setup setup,
        Pace pace,
        Report report,
        Path logs) {

    /**
     * How long it measures.
     *
     * @param pairs rounds when two jars are compared
     * @param idleSeconds for which an idle runner is watched
     * @param firstCalls runners whose first calls are measured
     */
    record Pace(
            int rounds,
            int pairs,
            int warmupSeconds,
            int seconds,
            int coldStarts,
            int startUps,
            int idleSeconds,
            int firstCalls,
            int wokenCalls,
            int waitingCalls) {
        static final Pace FULL = new Pace(5, 9, 2, 4, 15, 10, 20, 3, 40, 10_000);
        static final Pace QUICK = new Pace(3, 3, 1, 2, 5, 3, 3, 1, 5, 200);

        /** Of a cluster, which has many parts: each once. */
        static final Pace QUICK_CLUSTER = new Pace(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);

        ClosedLoop.Plan plan() {
            return ClosedLoop.Plan.lasting(
                    java.time.Duration.ofSeconds(warmupSeconds), java.time.Duration.ofSeconds(seconds));
        }
    }

    RunnerProcess runner(RunnerProcess.Setup with, String name) {
        return cleanup.add(RunnerProcess.start(driver, with, logs.resolve("runner-" + name + ".log")));
    }

    /** A function without a runner, which is stopped at the end at the latest. */
    BareFunction bare(String function) {
        BareFunction started = host.start(function);
        cleanup.add(started.stop());
        return started;
    }

    /** Measures one part. Should it fail, the table says why, what it has started is ended, and the run goes on. */
    void part(String name, Runnable measure) {
        int before = cleanup.size();
        try {
            measure.run();
        } catch (RuntimeException failure) {
            report.failed(name, failure);
            cleanup.undoSince(before);
        }
    }

    void progress(String what) {
        System.err.println("==> " + what);
    }
}
