package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.time.Duration;
import java.util.List;

/** Calls of one function sent to three nodes by turns, of which one alone has room for it: how many find a container warm. */
final class WarmCalls {
    private static final int STREAMS = 32;
    private static final int FUNCTION_MIB = 128;
    private static final int BODY = 16;
    private static final int STALE_MILLIS = 1100;

    private final BenchRun run;

    WarmCalls(BenchRun run) {
        this.run = run;
    }

    void measure() {
        run.progress("three nodes, room on one");
        ClusterNodes nodes = new ClusterNodes(run, "warm", 3, false);
        RunnerProcess roomy = nodes.start(STREAMS * FUNCTION_MIB);
        RunnerProcess second = nodes.start(FUNCTION_MIB / 2);
        RunnerProcess third = nodes.start(FUNCTION_MIB / 2);
        CallSpec spec = CallSpec.of("berth/echo-node").memory(FUNCTION_MIB);
        Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);
        nodes.awaitPlacedElsewhere(second, spec, payload);
        nodes.awaitPlacedElsewhere(third, spec, payload);
        Measurement unused = calls(List.of(roomy, second, third), spec, payload, 5);
        double coldBefore = nodes.counted("berth_cold_starts_total");
        // What is written may be a second old.
        RunnerProcess.pause(STALE_MILLIS);
        double refusedBefore = refusedTries(nodes);
        Measurement calls =
                calls(List.of(roomy, second, third), spec, payload, run.pace().seconds() * 3);
        RunnerProcess.pause(STALE_MILLIS);
        double cold = nodes.counted("berth_cold_starts_total") - coldBefore;
        double refused = refusedTries(nodes) - refusedBefore;
        run.report().errors("three nodes, room on one", List.of(calls));
        run.report().figure("three nodes, room on one: calls", calls.calls(), "");
        run.report()
                .figure(
                        "three nodes, room on one: warm",
                        100.0 * (calls.calls() - cold) / calls.calls(),
                        "%",
                        Aim.atLeast(99, "%"));
        run.report()
                .figure(
                        "three nodes, room on one: refused tries per 1,000 calls",
                        1000 * refused / calls.calls(),
                        "",
                        Aim.atMost(50, ""));
        run.report().figure("three nodes, room on one: containers", roomy.containers(), "");
        nodes.stop();
    }

    /** What nodes have asked of each other in vain; that its own node has no room, each call finds out at once. */
    private static double refusedTries(ClusterNodes nodes) {
        String placements = "berth_cluster_placements_total{outcome=";
        return nodes.counted(placements + "\"refused_elsewhere\"") + nodes.counted(placements + "\"unanswered\"");
    }

    private Measurement calls(List<RunnerProcess> nodes, CallSpec spec, Payload payload, int seconds) {
        return run.driver()
                .viaRunner(
                        nodes.stream().map(RunnerProcess::connection).toList(),
                        STREAMS,
                        spec,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.lasting(Duration.ZERO, Duration.ofSeconds(seconds)));
    }
}
