package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Calls with a body that wait for room, all at once, on a node that one other call keeps full. */
final class WaitingCalls {
    private static final String FUNCTION = "echo-node";
    private static final int BODY = 16 << 10;
    private static final int TIMEOUT_SECONDS = 300;
    private static final int MEMORY_MIB = 128;
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final long ALL_THERE_NANOS = Duration.ofMinutes(2).toNanos();

    private final BenchRun run;
    private final Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);

    WaitingCalls(BenchRun run) {
        this.run = run;
    }

    void measure() {
        int count = run.pace().waitingCalls();
        run.progress(count + " calls that wait for room");
        RunnerProcess runner = run.runner(
                run.setup()
                        .with("BERTH_REGISTRY_MAX_MEMORY", MEMORY_MIB + "MiB")
                        .with("BERTH_GRPC_MAX_CONCURRENT_STREAMS", Integer.toString(2 * count)),
                "waiting");
        runner.awaitQuiet();
        CallSpec spec =
                CallSpec.of("berth/" + FUNCTION).timeout(TIMEOUT_SECONDS).memory(MEMORY_MIB);
        GrpcClientRequest<Buffer, Buffer> holding = hold(runner, spec.slot("holding"));
        CompletableFuture<Measurement> calls = CompletableFuture.supplyAsync(() -> run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        count,
                        spec.slot("waiting"),
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(count)));
        awaitActive(runner, count + 1);
        double waiting = runner.figures().residentMiB();
        run.driver().await(() -> {
            holding.cancel();
            return io.vertx.core.Future.succeededFuture();
        });
        Measurement measured = calls.join();
        run.report().errors(count + " calls waiting for room", List.of(measured));
        String what = count + " calls waiting for room with 16 KiB of body each";
        run.report().figure(what + ": failed", measured.errors(), "", Aim.atMost(0, ""));
        run.report().figure(what + ": resident memory while they wait", waiting, " MiB", Aim.atMost(300, " MiB"));
        run.report()
                .figure(
                        what + ": resident memory, most until all were answered",
                        runner.figures().peakMiB(),
                        " MiB",
                        Aim.atMost(300, " MiB"));
        run.cleanup().undoNow(runner);
    }

    /** A call whose body does not end, so that its container stays busy. */
    private GrpcClientRequest<Buffer, Buffer> hold(RunnerProcess runner, CallSpec spec) {
        EngageWire wire = new EngageWire(spec, payload);
        GrpcClientRequest<Buffer, Buffer> request = run.driver()
                .await(() -> runner.connection().engage().map(engaged -> {
                    engaged.exceptionHandler(cancelled -> {});
                    engaged.writeMessage(wire.tryCall(run.driver().ids().next()));
                    return engaged;
                }));
        awaitActive(runner, 1);
        awaitBusy(runner);
        return request;
    }

    private static void awaitBusy(RunnerProcess runner) {
        long start = System.nanoTime();
        while (runner.busy() < 1) {
            check(start, "no container for the call that holds the room");
            RunnerProcess.pause(LOOK_AGAIN_MILLIS);
        }
    }

    private static void awaitActive(RunnerProcess runner, int count) {
        long start = System.nanoTime();
        while (runner.status().getActive() < count) {
            check(start, "not all calls have come");
            RunnerProcess.pause(LOOK_AGAIN_MILLIS);
        }
    }

    private static void check(long start, String what) {
        if (System.nanoTime() - start > ALL_THERE_NANOS) {
            throw new IllegalStateException(what);
        }
    }
}
