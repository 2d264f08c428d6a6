package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import dev.berth.error.ErrorCode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long calls and room that a node has to do with are lost when it dies or stands still. In each round the first of
 * three nodes, which has no room, is called; the second, which runs its calls, is killed, the third, which runs them then,
 * stopped for a while; at last the first is killed, whose calls the third has room for and no more.
 */
final class NodeFaults {
    private static final int CALLS = 8;
    private static final int LATER_CALLS = 200;
    private static final int FUNCTION_MIB = 256;
    private static final int SMALL_NODE_MIB = 64;
    private static final int BODY = 16;
    private static final int POLL_MILLIS = 5;
    private static final int LIMIT_SECONDS = 60;
    private static final double NANOS_PER_SECOND = 1e9;

    private final BenchRun run;
    private final Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);
    private final CallSpec echo = CallSpec.of("berth/echo-node").memory(FUNCTION_MIB);
    private final CallSpec hanging =
            CallSpec.of("berth/test-fn").memory(FUNCTION_MIB).header("X-Do", "read; hang");
    private final List<Double> killed = new ArrayList<>();
    private final List<Double> stopped = new ArrayList<>();
    private final List<Double> resumed = new ArrayList<>();
    private final List<Double> freed = new ArrayList<>();
    private final AtomicInteger unlikeLost = new AtomicInteger();

    NodeFaults(BenchRun run) {
        this.run = run;
    }

    void measure() {
        for (int i = 0; i < run.pace().rounds(); i++) {
            run.progress("nodes that die and stand still, round " + (i + 1));
            round(i);
        }
        Report report = run.report();
        report.figure("kill -9 of a node: outcome of the last of its calls", median(killed), " s", Aim.atMost(2, " s"));
        report.figure(
                "node stands still: outcome of the last of its calls", median(stopped), " s", Aim.atMost(5, " s"));
        report.figure("outcomes other than PEER_LOST", unlikeLost.get(), "", Aim.atMost(0, ""));
        report.figure("node goes on: it runs calls of another again", median(resumed), " s", Aim.atMost(15, " s"));
        report.figure("kill -9 of the callers' node: room is free again", median(freed), " s", Aim.atMost(5, " s"));
        report.condition("a link between nodes that is cut", "ClusterNetworkIT shows it, in networks of their own");
        report.condition("nodes restarted in turn", "ClusterFailuresIT shows it");
    }

    private void round(int number) {
        ClusterNodes nodes = new ClusterNodes(run, "faults" + number, 3, false);
        RunnerProcess first = nodes.start(SMALL_NODE_MIB);
        RunnerProcess second = nodes.start(CALLS * FUNCTION_MIB);
        nodes.awaitPlacedElsewhere(first, hanging.header("X-Do", "read; send ready"), payload);
        List<Future<Long>> calls = hang(first, second);
        RunnerProcess third = nodes.start(CALLS * FUNCTION_MIB);
        nodes.awaitUp(first, 2);

        killed.add(outcome(calls, () -> second.signal("KILL"), () -> later(first)));
        nodes.restart(second, SMALL_NODE_MIB);
        nodes.awaitUp(first, 2);

        stopped.add(outcome(hang(first, third), () -> third.signal("STOP"), () -> {}));
        long start = System.nanoTime();
        third.signal("CONT");
        nodes.awaitPlacedElsewhere(first, echo, payload);
        resumed.add(secondsSince(start));

        hang(first, third);
        start = System.nanoTime();
        first.signal("KILL");
        awaitRoom(third);
        freed.add(secondsSince(start));
        nodes.stop();
    }

    /** Calls that stay where they run until they are ended. */
    private List<Future<Long>> hang(RunnerProcess via, RunnerProcess on) {
        EngageWire wire = new EngageWire(hanging, payload);
        List<Future<Long>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            EngageLane lane = new EngageLane(via.connection(), run.driver().ids(), wire, Expected.likeTheFirst());
            calls.add(run.driver().await(() -> Future.succeededFuture(lane.call(false))));
        }
        long start = System.nanoTime();
        while (on.busy() < CALLS) {
            if (secondsSince(start) > LIMIT_SECONDS) {
                throw new IllegalStateException(
                        "of " + CALLS + " calls " + on.busy() + " run on the other node: " + calls);
            }
            RunnerProcess.pause(POLL_MILLIS);
        }
        return calls;
    }

    /** Seconds from a fault to the last outcome; what is done meanwhile takes place at once after the fault. */
    private double outcome(List<Future<Long>> calls, Runnable fault, Runnable meanwhile) {
        List<Future<Long>> ends = new ArrayList<>();
        for (Future<Long> call : calls) {
            ends.add(call.transform(end -> {
                boolean lost = end.failed()
                        && String.valueOf(end.cause().getMessage()).startsWith(ErrorCode.PEER_LOST.wire() + " ");
                unlikeLost.addAndGet(lost ? 0 : 1);
                return Future.succeededFuture(System.nanoTime());
            }));
        }
        long start = System.nanoTime();
        fault.run();
        meanwhile.run();
        long last = ends.stream().mapToLong(Driver::block).max().orElse(start);
        return (last - start) / NANOS_PER_SECOND;
    }

    private void later(RunnerProcess via) {
        Measurement calls = run.driver()
                .viaRunner(
                        List.of(via.connection()),
                        CALLS,
                        echo,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(LATER_CALLS));
        run.report().errors("calls after kill -9 of a node", List.of(calls));
    }

    /** Until a call finds room for each of those that were there. */
    private void awaitRoom(RunnerProcess runner) {
        long start = System.nanoTime();
        while (runner.busy() > 0 || !answers(runner)) {
            if (secondsSince(start) > LIMIT_SECONDS) {
                throw new IllegalStateException("no room after " + LIMIT_SECONDS + " s");
            }
            RunnerProcess.pause(POLL_MILLIS);
        }
    }

    private boolean answers(RunnerProcess runner) {
        Measurement calls = run.driver()
                .viaRunner(
                        List.of(runner.connection()),
                        CALLS,
                        echo,
                        payload,
                        Expected.same(payload),
                        ClosedLoop.Plan.counting(CALLS));
        return calls.errors() == 0;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / NANOS_PER_SECOND;
    }

    private static double median(List<Double> values) {
        return Rounds.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
