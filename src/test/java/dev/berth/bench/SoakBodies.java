package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * A request and a reply of a gibibyte, each with a reader that stops for a while: the runner's memory stays bounded,
 * nothing is lost or changed, other calls go on meanwhile, and so does the slow one when its reader does.
 */
final class SoakBodies {
    private static final long MIB = 1 << 20;
    private static final int TENTH_MIB = 102;
    private static final int STALL_MILLIS = 4000;
    private static final double HEAP_ROOM = 40;
    private static final double MOST_RESIDENT = 250;
    private static final double RESUMED_SHARE = 0.4;
    private static final double MEGABYTES_AT_REST = 2;

    private final SoakRun run;
    private final RunnerProcess runner;
    private final HeapGauge heap;
    private final long length;
    private double heapBefore;

    SoakBodies(SoakRun run, RunnerProcess runner) {
        this.run = run;
        this.runner = runner;
        this.heap = new HeapGauge(runner.pid());
        this.length = (run.tenths() == 10 ? 1024 : TENTH_MIB * run.tenths()) * MIB;
    }

    void run() {
        warmUp();
        heapBefore = heap.afterCollection();
        request();
        reply();
        Checks checks = run.checks();
        checks.that(runner.alive(), "the runner lives", "pid %d", runner.pid());
        double peak = runner.figures().peakMiB();
        checks.that(peak <= MOST_RESIDENT, "resident memory with large bodies", "%.0f MiB at most", peak);
    }

    private void warmUp() {
        besides("nothing");
        Payload payload = Payload.of(4 * MIB, Payload.FRAME_OF_CLI);
        CallSpec spec = CallSpec.of("berth/stream-node").header("X-Mode", "sink");
        run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        spec,
                        payload,
                        Expected.likeTheFirst(),
                        ClosedLoop.Plan.counting(10));
    }

    /** The function reads a quarter, sleeps, reads a little, sleeps again, and reads the rest. */
    private void request() {
        long quarter = length / 4;
        String program = "read " + quarter + "; sleep " + STALL_MILLIS + "; read " + 4 * MIB + "; sleep "
                + STALL_MILLIS / 2 + "; read; report";
        CallSpec spec =
                CallSpec.of(SoakRun.TEST_FUNCTION).header("X-Do", program).timeout(300);
        LargeRequest call = new LargeRequest(length, StreamNodeBytes.sha256());
        Future<JsonObject> reply = run.driver()
                .await(() -> Future.succeededFuture(
                        call.run(runner.connection(), spec, run.driver().ids().next())));
        awaitStall(call, quarter, reply);
        besides("the slow request");
        stalledHeap("request");
        JsonObject body = Driver.block(reply).getJsonObject("body");
        ByteRate sent = call.sent();
        run.checks()
                .that(
                        body.getLong("bytes") == length
                                && body.getString("sha256").equals(call.sha256()),
                        "request body",
                        "%d MiB arrived with the same SHA-256",
                        length / MIB);
        speeds("request", sent, quarter, quarter + 8 * MIB);
    }

    private void awaitStall(LargeRequest call, long quarter, Future<JsonObject> reply) {
        long seen = -1;
        while (!reply.isComplete()) {
            long now =
                    run.driver().await(() -> Future.succeededFuture(call.sent().total()));
            if (now >= quarter && now == seen) {
                return;
            }
            seen = now;
            RunnerProcess.pause(500);
        }
    }

    private void reply() {
        long quarter = length / 4;
        CallSpec spec = CallSpec.of("berth/stream-node")
                .header("X-Mode", "source")
                .header("X-Bytes", Long.toString(length))
                .timeout(300);
        LargeReply call = new LargeReply(run.driver().vertx(), quarter, STALL_MILLIS, StreamNodeBytes.sha256());
        Future<Void> over = run.driver()
                .await(() -> Future.succeededFuture(
                        call.run(runner.connection(), spec, run.driver().ids().next())));
        Driver.block(call.stalled());
        RunnerProcess.pause(500);
        besides("the slow reply");
        stalledHeap("reply");
        Driver.block(over);
        run.checks()
                .that(
                        call.received().total() == length && call.sha256().equals(new StreamNodeBytes().sha256(length)),
                        "reply body",
                        "%d MiB arrived with the right SHA-256",
                        length / MIB);
        speeds("reply", call.received(), quarter, call.resumedAt());
    }

    /** A call on the same connection while the other one stands still. */
    private void besides(String what) {
        Payload payload = Payload.of(100, Payload.FRAME_OF_CLI);
        CallSpec spec = CallSpec.of(SoakRun.TEST_FUNCTION).slot("besides").header("X-Do", "read; fill 10000");
        Measurement calls = run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        1,
                        spec,
                        payload,
                        Expected.likeTheFirst(),
                        ClosedLoop.Plan.counting(50));
        run.checks().that(calls.errors() == 0 && calls.calls() == 50, "calls beside " + what, "%s", calls);
    }

    private void stalledHeap(String what) {
        double now = heap.afterCollection();
        run.checks()
                .that(
                        now <= heapBefore + HEAP_ROOM,
                        "heap after collection with a slow " + what,
                        "%.1f MiB before, %.1f MiB while it stands still (resident %.0f MiB)",
                        heapBefore,
                        now,
                        runner.figures().residentMiB());
    }

    private void speeds(String what, ByteRate rate, long stalledAt, long resumedAt) {
        double before = rate.between(0, stalledAt);
        double after = rate.between(resumedAt, length);
        run.checks()
                .that(
                        rate.longestPause() * 1000 >= STALL_MILLIS / 2.0,
                        "the slow " + what + " holds the sender",
                        "nothing moved for %.1f s",
                        rate.longestPause());
        run.checks()
                .that(
                        after >= before * RESUMED_SHARE || after >= MEGABYTES_AT_REST * 100,
                        "the " + what + " goes on",
                        "%.0f MB/s before the pause, %.0f MB/s after it",
                        before,
                        after);
    }
}
