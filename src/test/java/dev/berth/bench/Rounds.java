package dev.berth.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Pairs of measurements, taken in turn so that both sides of a pair see the same machine: its speed changes from
 * minute to minute when it is shared, so only what is compared within a pair means much.
 */
final class Rounds<T> {
    private final List<T> bare = new ArrayList<>();
    private final List<T> runner = new ArrayList<>();

    static <T> Rounds<T> of(int count, Supplier<T> bare, Supplier<T> runner) {
        Rounds<T> rounds = new Rounds<>();
        for (int i = 0; i < count; i++) {
            rounds.bare.add(bare.get());
            rounds.runner.add(runner.get());
        }
        return rounds;
    }

    void add(T bareOne, T runnerOne) {
        bare.add(bareOne);
        runner.add(runnerOne);
    }

    double bare(ToDoubleFunction<T> figure) {
        return median(bare.stream().mapToDouble(figure).toArray());
    }

    double runner(ToDoubleFunction<T> figure) {
        return median(runner.stream().mapToDouble(figure).toArray());
    }

    /** Median over the pairs of the runner's figure divided by the bare one. */
    double ratio(ToDoubleFunction<T> figure) {
        double[] ratios = new double[bare.size()];
        Arrays.setAll(ratios, i -> figure.applyAsDouble(runner.get(i)) / figure.applyAsDouble(bare.get(i)));
        return median(ratios);
    }

    /** Median over the pairs of what the runner's figure is more than the bare one. */
    double excess(ToDoubleFunction<T> figure) {
        double[] differences = new double[bare.size()];
        Arrays.setAll(differences, i -> figure.applyAsDouble(runner.get(i)) - figure.applyAsDouble(bare.get(i)));
        return median(differences);
    }

    List<T> all() {
        List<T> all = new ArrayList<>(bare);
        all.addAll(runner);
        return all;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
