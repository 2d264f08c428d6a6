package dev.berth.bench;

import dev.berth.proto.RunnerStatus;

/** What a runner holds on to at one moment. Memory in MiB. */
record Holdings(int containers, int openFiles, int threads, double heap, double resident) {
    private static final int FILES_TO_SPARE = 8;
    private static final int THREADS_TO_SPARE = 3;
    private static final double HEAP_TO_SPARE = 6;
    private static final long SETTLE_MILLIS = 2500;

    /** Waits until connections that are idle have been closed, then looks. */
    static Holdings of(RunnerProcess runner) {
        RunnerProcess.pause(SETTLE_MILLIS);
        ProcFigures figures = runner.figures();
        double heap = new HeapGauge(runner.pid()).afterCollection();
        return new Holdings(runner.containers(), figures.openFiles(), figures.threads(), heap, figures.residentMiB());
    }

    /** Checks that later holdings are no more than these, but for what a running JVM varies by. */
    void checkNoGrowth(Checks checks, String when, Holdings later) {
        checks.that(
                later.containers <= containers,
                "no more containers " + when,
                "%d before, %d after",
                containers,
                later.containers);
        checks.that(
                later.openFiles <= openFiles + FILES_TO_SPARE,
                "no more open files " + when,
                "%d before, %d after",
                openFiles,
                later.openFiles);
        checks.that(
                later.threads <= threads + THREADS_TO_SPARE,
                "no more threads " + when,
                "%d before, %d after",
                threads,
                later.threads);
        checks.that(
                later.heap <= heap + HEAP_TO_SPARE,
                "no more heap after collection " + when,
                "%.1f MiB before, %.1f MiB after (resident %.0f, %.0f)",
                heap,
                later.heap,
                resident,
                later.resident);
    }

    /** Whether nothing runs, waits or is reserved any more. */
    static boolean idle(RunnerStatus status) {
        return status.getActive() == 0
                && status.getNode().getMemoryUsedBytes() == 0
                && status.getNode().getCpuUsedMillis() == 0
                && status.getNode().getSlotsList().stream()
                        .allMatch(slots ->
                                slots.getIdle() + slots.getBusy() + slots.getStarting() + slots.getWaiting() == 0);
    }
}
