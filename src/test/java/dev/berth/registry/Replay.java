package dev.berth.registry;

import dev.berth.config.FloorConfig;
import dev.berth.config.ForesightConfig;
import dev.berth.config.KeepConfig;
import dev.berth.config.KeepConfig.Evict;
import dev.berth.config.KeepConfig.Keep;
import dev.berth.registry.ReplayNode.Outcome;
import dev.berth.registry.ReplayNode.Policy;
import dev.berth.registry.Trace.BadTraceException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a trace under several policies and prints what each has cost. */
final class Replay {
    /** How near to the memory of the baseline that of the others has to be. */
    static final double SAME = 0.03;

    static final Duration BASELINE = Duration.ofMinutes(10);

    private static final ForesightConfig FORESIGHT =
            new ForesightConfig(true, ForesightConfig.DEFAULT.share(), ForesightConfig.DEFAULT.leastPeriod());

    private static final int TRIES = 14;
    private static final Duration UNLIMITED = Duration.ofDays(30);
    private static final double MIB_SECONDS_PER_GIB_HOUR = 1024 * 3600;
    private static final String HEAD = "%-38s %7s %5s %6s %7s %7s %7s %7s %9s %9s %7s %7s %7s%n";
    private static final String LINE = "%-38s %7d %5.1f %6.3f %7.4f %7.3f %7.3f %7.3f %9.1f %9.1f %7d %7d %7d%n";

    private final Trace trace;
    private final long memoryMiB;
    private final int processors;
    private final PrintStream out;

    Replay(Trace trace, long memoryMiB, int processors, PrintStream out) {
        this.trace = trace;
        this.memoryMiB = memoryMiB;
        this.processors = processors;
        this.out = out;
    }

    /** Room for a container of each function, times this. */
    static long memory(Trace trace, double share) {
        long all =
                trace.functions().stream().mapToLong(Trace.Function::chargedMiB).sum();
        long largest = trace.functions().stream()
                .mapToLong(Trace.Function::chargedMiB)
                .max()
                .orElse(0);
        return Math.max(largest, (long) (all * share));
    }

    Outcome run(Policy policy) {
        return ReplayNode.run(trace, memoryMiB, processors, policy);
    }

    static Policy fixed(Duration idle, boolean waits, Evict evict) {
        return new Policy(
                waits,
                new KeepConfig(Keep.TIMEOUT, Duration.ZERO, Duration.ZERO, evict, FloorConfig.DEFAULT),
                idle,
                null);
    }

    private static Policy byValue(boolean waits, Duration leastSaved, @Nullable Worth worth) {
        return new Policy(
                waits,
                new KeepConfig(Keep.VALUE, UNLIMITED, leastSaved, Evict.VALUE, FloorConfig.DEFAULT),
                Duration.ofSeconds(1),
                worth);
    }

    /** The same, with containers started ahead of calls. */
    static Policy foreseeing(Policy policy) {
        KeepConfig keeping = policy.keeping();
        return new Policy(
                policy.waits(),
                new KeepConfig(
                        keeping.keep(),
                        keeping.maxIdle(),
                        keeping.leastSaved(),
                        keeping.evict(),
                        keeping.floor(),
                        FORESIGHT),
                policy.idleTimeout(),
                policy.worth());
    }

    private record Fitted(Duration leastSaved, Outcome outcome) {}

    /** What is let go is chosen so that what is kept costs as much memory as the baseline, or less. */
    private Fitted fit(boolean waits, double idleMiBSeconds, Supplier<@Nullable Worth> worth) {
        Fitted best = new Fitted(Duration.ZERO, run(byValue(waits, Duration.ZERO, worth.get())));
        if (best.outcome.idleMiBSeconds() <= idleMiBSeconds * (1 + SAME)) {
            return best;
        }
        double low = Math.log(1e-3);
        double high = Math.log(1e4);
        for (int i = 0; i < TRIES; i++) {
            double middle = (low + high) / 2;
            Duration least = Duration.ofNanos((long) (Math.exp(middle) * 1e9));
            Outcome outcome = run(byValue(waits, least, worth.get()));
            best = new Fitted(least, outcome);
            double ratio = outcome.idleMiBSeconds() / idleMiBSeconds;
            if (Math.abs(ratio - 1) < SAME / 6) {
                break;
            }
            if (ratio > 1) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return best;
    }

    /**
     * What matters in the end.
     *
     * @param cold calls by value, as a part of those of the baseline
     * @param way from the baseline to the oracle, under the same waiting rule; 1 is all of it
     * @param memory idle memory and time, as a part of the baseline's
     * @param meanWait as a part of the baseline's
     * @param p99 of the waiting, as a part of the baseline's
     */
    record Verdict(double cold, double way, double memory, double meanWait, double p99) {}

    Verdict print() {
        out.printf(
                Locale.ROOT,
                "%d calls of %d functions, %d MiB, %d processors%n",
                trace.calls().size(),
                trace.functions().size(),
                memoryMiB,
                processors);
        out.printf(
                HEAD,
                "",
                "cold",
                "%",
                "ratio",
                "mean s",
                "p99",
                "p99.9",
                "longest",
                "idle GiBh",
                "all GiBh",
                "started",
                "evicted",
                "expired");
        Outcome base = run(fixed(BASELINE, false, Evict.LRU));
        for (int seconds : new int[] {10, 30}) {
            line("fixed " + seconds + " s, LRU", run(fixed(Duration.ofSeconds(seconds), false, Evict.LRU)), base);
        }
        line("fixed 10 min, LRU (baseline)", base, base);
        line("fixed 10 min, LRU, waiting", run(fixed(BASELINE, true, Evict.LRU)), base);
        Policy timeout = fixed(Duration.ofSeconds(30), true, Evict.VALUE);
        line("fixed 30 s, evict by value, waiting", run(timeout), base);
        foresightLine("  the same, foresight", timeout, base);
        line("fixed 10 min, evict by value, waiting", run(fixed(BASELINE, true, Evict.VALUE)), base);
        Future future = new Future(trace);
        double idle = base.idleMiBSeconds();
        fitted("by value", false, base, () -> null);
        Fitted fitted = fit(true, base.idleMiBSeconds(), () -> null);
        Outcome ours = fittedLine("by value, waiting", fitted, base);
        foresightLine("  the same, foresight", byValue(true, fitted.leastSaved, null), base);
        fitted("oracle", false, base, future::oracle);
        Outcome oracle = fitted("oracle, waiting", true, base, future::oracle);
        int bound = future.leastCold(idle);
        out.printf(
                Locale.ROOT,
                "%-38s %7d %5.1f %6.3f%n",
                "bound without waiting",
                bound,
                100.0 * bound / base.calls(),
                (double) bound / base.cold());
        Verdict verdict = new Verdict(
                (double) ours.cold() / base.cold(),
                (double) (base.cold() - ours.cold()) / (base.cold() - oracle.cold()),
                ours.idleMiBSeconds() / idle,
                ours.meanWait() / base.meanWait(),
                ours.waitOf(0.99) / base.waitOf(0.99));
        out.printf(
                Locale.ROOT,
                "by value, waiting, of the baseline: cold %.3f, idle memory %.3f, mean wait %.3f, p99 %.3f;"
                        + " %.0f %% of the way to the oracle%n%n",
                verdict.cold,
                verdict.memory,
                verdict.meanWait,
                verdict.p99,
                100 * verdict.way);
        return verdict;
    }

    private Outcome fitted(String name, boolean waits, Outcome base, Supplier<@Nullable Worth> worth) {
        return fittedLine(name, fit(waits, base.idleMiBSeconds(), worth), base);
    }

    private void foresightLine(String name, Policy policy, Outcome base) {
        Outcome outcome = run(foreseeing(policy));
        line(name + ": " + outcome.foreseen() + " of " + outcome.guessed() + " used", outcome, base);
    }

    private Outcome fittedLine(String name, Fitted fitted, Outcome base) {
        String least = String.format(Locale.ROOT, ", least %.3g s", fitted.leastSaved.toNanos() / 1e9);
        line(name + (fitted.leastSaved.isZero() ? "" : least), fitted.outcome, base);
        return fitted.outcome;
    }

    private void line(String name, Outcome of, Outcome base) {
        out.printf(
                Locale.ROOT,
                LINE,
                name,
                of.cold(),
                100.0 * of.cold() / of.calls(),
                (double) of.cold() / base.cold(),
                of.meanWait(),
                of.waitOf(0.99),
                of.waitOf(0.999),
                of.waitOf(1),
                of.idleMiBSeconds() / MIB_SECONDS_PER_GIB_HOUR,
                of.allMiBSeconds() / MIB_SECONDS_PER_GIB_HOUR,
                of.started(),
                of.evicted(),
                of.expired());
    }

    /**
     * One of
     *
     * <pre>
     *   trace FILE SHARE PROCESSORS MIB              a trace, or Berth's own access log as JSON lines, MIB a function
     *   seeds A,B,C FUNCTIONS HOURS TIMERS SHARE PROCESSORS
     *   make SEED FUNCTIONS HOURS TIMERS             to standard output
     * </pre>
     *
     * with SHARE, the room there is, of that for one container of each function, and TIMERS, the part of the functions
     * that are.
     */
    public static void main(String[] args) throws IOException, BadTraceException {
        switch (args[0]) {
            case "trace" -> {
                Trace trace = read(Path.of(args[1]), Long.parseLong(args[4]));
                new Replay(trace, memory(trace, Double.parseDouble(args[2])), Integer.parseInt(args[3]), System.out)
                        .print();
            }
            case "seeds" -> seeds(args);
            case "make" -> {
                PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
                made(args[1], args).write(out, "seed=" + args[1]);
                out.flush();
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static Trace read(Path file, long memoryMiB) throws IOException, BadTraceException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String head = lines.readLine();
            if (head == null) {
                throw new BadTraceException(1, "nothing is there");
            }
            return Trace.isHead(head) ? Trace.read(lines) : AccessTrace.read(head, lines, memoryMiB);
        }
    }

    private static Trace made(String seed, String[] args) {
        return TraceMaker.make(
                Long.parseLong(seed),
                Integer.parseInt(args[2]),
                Double.parseDouble(args[3]),
                Double.parseDouble(args[4]));
    }

    private static void seeds(String[] args) {
        double logs = 0;
        double worst = 0;
        double leastWay = Double.POSITIVE_INFINITY;
        String[] seeds = args[1].split(",");
        for (String seed : seeds) {
            System.out.println("seed " + seed);
            Trace trace = made(seed, args);
            long room = memory(trace, Double.parseDouble(args[5]));
            Verdict verdict = new Replay(trace, room, Integer.parseInt(args[6]), System.out).print();
            logs += Math.log(verdict.cold);
            worst = Math.max(worst, verdict.cold);
            leastWay = Math.min(leastWay, verdict.way);
        }
        System.out.printf(
                Locale.ROOT,
                "cold starts by value, waiting, of the baseline: geometric mean %.3f, at most %.3f;"
                        + " at least %.0f %% of the way to the oracle%n",
                Math.exp(logs / seeds.length),
                worst,
                100 * leastWay);
    }
}
