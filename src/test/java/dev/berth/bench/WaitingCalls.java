package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Calls with a body that wait for room, all at once, on a node that one other call keeps full. Those that the node's budget
 * has no room for are refused at once, so that their balancer can place them elsewhere; no other may fail.
 */
final class WaitingCalls {
    private static final String FUNCTION = "echo-node";
    private static final int BODY = 16 << 10;
    private static final int TIMEOUT_SECONDS = 300;
    private static final int MEMORY_MIB = 128;
    /** The library's client gives a connection up that has 200 streams reset; refused ones are. */
    private static final int CALLS_OF_A_CONNECTION = 150;

    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final int LOOKS_WITHOUT_CHANGE = 30;
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
                        connections(runner, count / CALLS_OF_A_CONNECTION + 1),
                        count,
                        spec.slot("waiting"),
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(count)));
        int waiting = awaitAllPlaced(runner) - 1;
        double resident = runner.figures().residentMiB();
        run.driver().await(() -> {
            holding.cancel();
            return io.vertx.core.Future.succeededFuture();
        });
        Measurement measured = calls.join();
        if (measured.errors() > measured.refused()) {
            run.report().errors(count + " calls waiting for room", List.of(measured));
        }
        String what = count + " calls waiting for room with 16 KiB of body each";
        run.report().figure(what + ": refused at once with 503", measured.refused(), "", Aim.atMost(0, ""));
        run.report().figure(what + ": failed otherwise", measured.errors() - measured.refused(), "", Aim.atMost(0, ""));
        run.report().figure(what + ": waiting at once", waiting, "");
        run.report().figure(what + ": resident memory while they wait", resident, " MiB", Aim.atMost(300, " MiB"));
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

    private List<EngageConnection> connections(RunnerProcess runner, int count) {
        return Stream.generate(() -> run.driver().connection(RunnerProcess.HOST, runner.port()))
                .limit(count)
                .toList();
    }

    /** How many calls the runner has once no more come and none is refused any more. */
    private static int awaitAllPlaced(RunnerProcess runner) {
        long start = System.nanoTime();
        int before = 0;
        for (int same = 0; same < LOOKS_WITHOUT_CHANGE; ) {
            check(start, "the number of calls does not settle");
            RunnerProcess.pause(LOOK_AGAIN_MILLIS);
            int active = runner.status().getActive();
            same = active == before && active > 1 ? same + 1 : 0;
            before = active;
        }
        return before;
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
