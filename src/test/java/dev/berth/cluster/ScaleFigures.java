package dev.berth.cluster;

import java.util.Arrays;
import java.util.Locale;

/** What a simulation has shown, of the time that is measured. */
final class ScaleFigures {
    private static final String ROW =
            "| %5d | %.1f | %2d%% | %-8s | %-13s | %5.1f%% | %5.2f | %4.0f | %5.1f | %6.1f / %6.1f"
                    + " | %6.0f | %6.1f | %5.1f | %4.2f | %s%n";

    static final String HEADER = """
            | nodes | Zipf | busy | balancer | scheme | warm | tries per call | refused per 1000 calls | on peers | added ms, mean / p99 | digests per node and s | their kB | beats, kB per node and s | busiest to mean | not placed |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final ScaleSetup setup;
    private final long[] workOf;
    private int[] addedMicros = new int[1 << 16];
    private boolean counting;
    private int begun;
    private long warm;
    private long elsewhere;
    private long nacks;
    private long tries;
    private long refused;
    private long digestBytes;
    private long digests;
    private long beatBytes;

    ScaleFigures(ScaleSetup setup) {
        this.setup = setup;
        this.workOf = new long[setup.machines()];
    }

    void startCounting() {
        counting = true;
    }

    /** A call has begun on a container of this node. */
    void begun(int node, boolean cold, boolean onPeer, long addedNanos, long workNanos) {
        if (!counting) {
            return;
        }
        if (begun == addedMicros.length) {
            addedMicros = Arrays.copyOf(addedMicros, 2 * begun);
        }
        addedMicros[begun++] = (int) Math.min(Integer.MAX_VALUE, addedNanos / 1_000);
        warm += cold ? 0 : 1;
        elsewhere += onPeer ? 1 : 0;
        workOf[node] += workNanos;
    }

    void notPlaced() {
        nacks += counting ? 1 : 0;
    }

    void triedElsewhere() {
        tries += counting ? 1 : 0;
    }

    void refusedElsewhere() {
        refused += counting ? 1 : 0;
    }

    void toldDigest(long receivers, int bytes) {
        digestBytes += counting ? receivers * bytes : 0;
        digests += counting ? receivers : 0;
    }

    void beat(long bytes) {
        beatBytes += counting ? bytes : 0;
    }

    int calls() {
        return begun;
    }

    long unplaced() {
        return nacks;
    }

    double warmPercent() {
        return 100.0 * warm / begun;
    }

    double refusedPerThousand() {
        return 1000.0 * refused / begun;
    }

    double digestKilobytes() {
        return perNodeAndSecond(digestBytes) / 1000;
    }

    private double perNodeAndSecond(long all) {
        return (double) all / setup.nodes() / setup.seconds();
    }

    private double busiestToMean() {
        return Arrays.stream(workOf).max().orElse(0)
                / Arrays.stream(workOf).average().orElse(1);
    }

    /** A row of {@link #HEADER}'s table. */
    String row() {
        int[] added = Arrays.copyOf(addedMicros, begun);
        Arrays.sort(added);
        return String.format(
                Locale.ROOT,
                ROW,
                setup.nodes(),
                setup.zipf(),
                setup.busy(),
                ScaleSetup.option(setup.balancer()),
                ScaleSetup.option(setup.scheme()),
                warmPercent(),
                (double) tries / begun,
                refusedPerThousand(),
                100.0 * elsewhere / begun,
                Arrays.stream(added).average().orElse(0) / 1000,
                added[(int) (added.length * 0.99)] / 1000.0,
                perNodeAndSecond(digests),
                digestKilobytes(),
                perNodeAndSecond(beatBytes) / 1000,
                busiestToMean(),
                nacks);
    }
}
