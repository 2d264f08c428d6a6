package dev.berth.bench;

import dev.berth.bench.Report.Aim;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of hot calls at one number of streams: over the bare socket, to a gRPC server that answers at once, and through
 * a runner. The first two together are the floor: a call that makes both ways one after the other takes at least that.
 */
final class HotRounds {
    private final List<Measurement> all = new ArrayList<>();
    private final Rounds<Measurement> besideBare = new Rounds<>();
    private final List<double[]> floors = new ArrayList<>();

    void add(Measurement bare, Measurement grpc, Measurement runner) {
        all.addAll(List.of(bare, grpc, runner));
        besideBare.add(bare, runner);
        double rate = 1 / (1 / bare.callsPerSecond() + 1 / grpc.callsPerSecond());
        floors.add(new double[] {bare.millis(50) + grpc.millis(50), rate, runner.millis(50), runner.callsPerSecond()});
    }

    void report(Report report, int count, String label) {
        String what = "hot call, " + count + " at a time" + label + ": ";
        report.errors(what, all);
        Aim p50 = count == 1 ? Aim.atMost(2.2, "×") : null;
        latency(report, what + "p50, beside bare", 50, p50);
        double floor = median(figures -> figures[0]);
        double through = median(figures -> figures[2]);
        double above = median(figures -> figures[2] / figures[0]);
        if (count == 1) {
            report.pair(what + "p50, beside the floor", floor, through, " ms", above, Aim.atMost(1.3, "×"));
        } else {
            report.pair(what + "p50, beside the floor", floor, through, " ms", Report.number(above) + "×");
        }
        latency(report, what + "p99, beside bare", 99, count == 32 ? Aim.atMost(2.5, "×") : null);
        report.pair(
                what + "calls/s, beside bare",
                besideBare.bare(Measurement::callsPerSecond),
                besideBare.runner(Measurement::callsPerSecond),
                "",
                Report.number(100 * besideBare.ratio(Measurement::callsPerSecond)) + "%");
        double floorRate = median(figures -> figures[1]);
        double rate = median(figures -> figures[3]);
        double share = 100 * median(figures -> figures[3] / figures[1]);
        if (count == 1) {
            report.pair(what + "calls/s, beside the floor", floorRate, rate, "", Report.number(share) + "%");
        } else {
            report.pair(what + "calls/s, beside the floor", floorRate, rate, "", share, Aim.atLeast(80, "%"));
        }
        report.figure(
                what + "processor time of the runner",
                besideBare.runner(Measurement::processorMillisPerCall) * 1000,
                " µs per call");
    }

    private void latency(Report report, String what, int percentile, @Nullable Aim aim) {
        double bare = besideBare.bare(one -> one.millis(percentile));
        double runner = besideBare.runner(one -> one.millis(percentile));
        double ratio = besideBare.ratio(one -> one.millis(percentile));
        if (aim == null) {
            report.pair(what, bare, runner, " ms", Report.number(ratio) + "×");
        } else {
            report.pair(what, bare, runner, " ms", ratio, aim);
        }
    }

    private double median(ToDoubleFunction<double[]> figure) {
        return Rounds.median(floors.stream().mapToDouble(figure).toArray());
    }
}
