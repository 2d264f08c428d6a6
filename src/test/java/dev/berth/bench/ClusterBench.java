package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.List;
import java.util.Set;

/**
 * What it costs that a call runs on another node than the one it came to: the same containers are called through the node
 * that has them and through one that has no room for any, in turns.
 */
final class ClusterBench {
    static final Set<String> PARTS = Set.of("start", "hot", "bodies", "slow", "warm", "faults");

    /** More than the first node has room for in all. */
    private static final int FUNCTION_MIB = 256;

    private static final int SMALL_NODE_MIB = 64;
    private static final int LARGE_NODE_MIB = 24 * 1024;
    private static final int BODY = 16;
    private static final List<Integer> STREAMS = List.of(1, 4);

    private final BenchRun run;

    ClusterBench(BenchRun run) {
        this.run = run;
    }

    void measure(Set<String> parts) {
        measure(parts, "start", this::start);
        for (boolean mutualTls : new boolean[] {false, true}) {
            if (parts.contains("hot") || parts.contains("bodies")) {
                run.part(
                        mutualTls ? "calls of another node, mutual TLS" : "calls of another node",
                        () -> remote(parts, mutualTls));
            }
        }
        measure(parts, "slow", () -> new SlowReaders(run).measure());
        measure(parts, "warm", () -> new WarmCalls(run).measure());
        measure(parts, "faults", () -> new NodeFaults(run).measure());
    }

    private void measure(Set<String> parts, String part, Runnable code) {
        if (parts.contains(part)) {
            run.part(part, code);
        }
    }

    /** A node that finds another one there, beside a runner that stands alone. */
    private void start() {
        run.progress("start of a node");
        int count = run.pace().rounds();
        double[] startMore = new double[count];
        double[] memoryMore = new double[count];
        for (int i = 0; i < count; i++) {
            RunnerProcess alone = run.runner(run.setup().with("BERTH_HTTP_PORT", "0"), "alone");
            double startAlone = alone.firstStatusMillis();
            double memoryAlone = settled(alone);
            run.cleanup().undoNow(alone);
            ClusterNodes nodes = new ClusterNodes(run, "start", 2, false);
            nodes.start(LARGE_NODE_MIB);
            RunnerProcess second = nodes.start(LARGE_NODE_MIB);
            startMore[i] = (second.firstStatusMillis() - startAlone) / 1000;
            memoryMore[i] = settled(second) - memoryAlone;
            nodes.stop();
        }
        run.report().figure("start of a node, more than alone", Rounds.median(startMore), " s", Aim.atMost(5, " s"));
        run.report()
                .figure(
                        "resident memory of an idle node, more than alone",
                        Rounds.median(memoryMore),
                        " MiB",
                        Aim.atMost(90, " MiB"));
    }

    private static double settled(RunnerProcess runner) {
        runner.awaitQuiet();
        RunnerProcess.pause(StartUps.SETTLE_MILLIS);
        return runner.figures().residentMiB();
    }

    private void remote(Set<String> parts, boolean mutualTls) {
        String how = mutualTls ? ", mutual TLS" : "";
        ClusterNodes nodes = new ClusterNodes(run, mutualTls ? "secret" : "clear", 2, mutualTls);
        RunnerProcess small = nodes.start(SMALL_NODE_MIB);
        RunnerProcess large = nodes.start(LARGE_NODE_MIB);
        if (parts.contains("hot")) {
            hot(nodes, small, large, how);
        }
        if (parts.contains("bodies")) {
            for (BodyKind kind : BodyKind.all()) {
                bodies(nodes, small, large, kind.memory(FUNCTION_MIB), how);
            }
        }
        run.report()
                .figure(
                        "resident memory, most of the first node" + how,
                        small.figures().peakMiB(),
                        " MiB");
        run.report()
                .figure(
                        "resident memory, most of the other" + how,
                        large.figures().peakMiB(),
                        " MiB");
        nodes.stop();
    }

    private void hot(ClusterNodes nodes, RunnerProcess small, RunnerProcess large, String how) {
        CallSpec spec = CallSpec.of("berth/echo-node").memory(FUNCTION_MIB);
        Payload payload = Payload.of(BODY, Payload.FRAME_OF_CLI);
        nodes.awaitPlacedElsewhere(small, spec, payload);
        small.awaitQuiet();
        large.awaitQuiet();
        for (int streams : new int[] {1, 8}) {
            String what = "hot call on another node, " + streams + " at a time" + how;
            run.progress(what);
            for (int i = 0; i < 3; i++) {
                Measurement unused = echo(large, streams, spec, payload);
                Measurement unusedToo = echo(small, streams, spec, payload);
            }
            Rounds<Measurement> rounds = Rounds.of(
                    run.pace().rounds(),
                    () -> echo(large, streams, spec, payload),
                    () -> echo(small, streams, spec, payload));
            run.report().errors(what, rounds.all());
            above(what + ": p50", rounds, 50, Aim.atMost(1, " ms more"));
            above(what + ": p99", rounds, 99, Aim.atMost(3, " ms more"));
            run.report()
                    .pair(
                            what + ": calls/s",
                            rounds.bare(Measurement::callsPerSecond),
                            rounds.runner(Measurement::callsPerSecond),
                            "",
                            Report.number(100 * rounds.ratio(Measurement::callsPerSecond)) + "%");
        }
    }

    private void above(String what, Rounds<Measurement> rounds, int percentile, Aim aim) {
        run.report()
                .pair(
                        what,
                        rounds.bare(one -> one.millis(percentile)),
                        rounds.runner(one -> one.millis(percentile)),
                        " ms",
                        rounds.excess(one -> one.millis(percentile)),
                        aim);
    }

    private Measurement echo(RunnerProcess via, int streams, CallSpec spec, Payload payload) {
        return via.metered(() -> run.driver()
                .viaRunner(
                        List.of(via.connection()),
                        streams,
                        spec,
                        payload,
                        Expected.same(payload),
                        run.pace().plan()));
    }

    private void bodies(ClusterNodes nodes, RunnerProcess small, RunnerProcess large, BodyKind kind, String how) {
        nodes.awaitPlacedElsewhere(small, kind.spec(), kind.payload());
        for (int streams : STREAMS) {
            String what = "10 MiB " + kind.what() + " on another node, " + streams + " at a time" + how;
            run.progress(what);
            Measurement unused = body(large, streams, kind);
            Rounds<Measurement> rounds =
                    Rounds.of(run.pace().rounds(), () -> body(large, streams, kind), () -> body(small, streams, kind));
            run.report().errors(what, rounds.all());
            run.report()
                    .pair(
                            what,
                            rounds.bare(kind.rate()),
                            rounds.runner(kind.rate()),
                            " MB/s",
                            100 * rounds.ratio(kind.rate()),
                            Aim.atLeast(how.isEmpty() ? 50 : 25, "%"));
        }
    }

    private Measurement body(RunnerProcess via, int streams, BodyKind kind) {
        return run.driver()
                .viaRunner(
                        List.of(via.connection()),
                        streams,
                        kind.spec(),
                        kind.payload(),
                        kind.expected().get(),
                        run.pace().plan());
    }
}
