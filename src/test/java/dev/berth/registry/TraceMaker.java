package dev.berth.registry;

import dev.berth.registry.Trace.Call;
import dev.berth.registry.Trace.Function;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Makes traces of the shape that has been published of public clouds: how often functions are called spans four orders
 * of magnitude, about 45% of them at most once an hour; how long they run is log-normal; memory follows Burr's
 * distribution; 20% are timers, 25% come in bursts, 25% have gaps of a heavy tail, the others come at random; most have
 * a rhythm of a day. The same seed makes the same trace, on every machine.
 */
final class TraceMaker {
    private static final double DAY = 86_400;
    private static final double LEAST_A_DAY = 0.5;
    private static final double MOST_A_DAY = 3_000;

    /** The part of the functions that are timers, unless told otherwise. */
    static final double TIMERS = 0.20;

    private static final double BURSTS = 0.25;
    private static final double HEAVY = 0.25;
    private static final double JITTER = 0.02;
    private static final double BURST_CALLS = 8;
    private static final double BURST_GAP = 0.1;
    private static final double PARETO = 1.5;
    private static final double RHYTHM = 0.6;

    private static final double LOG_MEDIAN = -0.38;
    private static final double LOG_SPREAD = 2.36;
    private static final double CALL_SPREAD = 0.4;
    private static final double LONGEST = 60;

    private static final double BURR_C = 11.652;
    private static final double BURR_K = 0.221;
    private static final double BURR_SCALE = 107.083;
    private static final long LEAST_MIB = 128;
    private static final long MOST_MIB = 1024;

    private final Random random;
    private final double seconds;
    private final double timers;
    /** How many of the others there are, for each that there is usually. */
    private final double others;

    private final List<Function> functions = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    private TraceMaker(long seed, double seconds, double timers) {
        this.random = new Random(seed);
        this.seconds = seconds;
        this.timers = timers;
        this.others = (1 - timers) / (1 - TIMERS);
    }

    /** @param timers the part of the functions that are, from 0 to 1 */
    static Trace make(long seed, int functions, double hours, double timers) {
        TraceMaker maker = new TraceMaker(seed, hours * 3600, timers);
        for (int i = 0; i < functions; i++) {
            maker.function(i);
        }
        maker.calls.sort(Comparator.comparingLong(Call::atMicros));
        return new Trace(maker.functions, maker.calls);
    }

    private void function(int index) {
        double perDay = LEAST_A_DAY * StrictMath.pow(MOST_A_DAY / LEAST_A_DAY, random.nextDouble());
        double gap = DAY / perDay;
        double median = StrictMath.exp(LOG_MEDIAN + LOG_SPREAD * random.nextGaussian());
        long start = 250_000 + random.nextInt(250_001);
        functions.add(new Function("fn" + index, memory(), 0, 0, start));
        double kind = random.nextDouble();
        double phase = random.nextDouble() * 2 * Math.PI;
        double at = random.nextDouble() * gap;
        if (kind < timers) {
            for (; at < seconds; at += gap) {
                call(index, at + gap * JITTER * random.nextGaussian(), median);
            }
        } else if (kind < timers + BURSTS * others) {
            for (; at < seconds; at += exponential(gap * BURST_CALLS)) {
                if (isAwake(at, phase)) {
                    burst(index, at, median);
                }
            }
        } else {
            boolean heavy = kind < timers + (BURSTS + HEAVY) * others;
            for (; at < seconds; at += heavy ? pareto(gap) : exponential(gap)) {
                if (isAwake(at, phase)) {
                    call(index, at, median);
                }
            }
        }
    }

    private void burst(int index, double begin, double median) {
        double at = begin;
        do {
            call(index, at, median);
            at += exponential(BURST_GAP);
        } while (random.nextDouble() > 1 / BURST_CALLS);
    }

    private boolean isAwake(double at, double phase) {
        return random.nextDouble() * (1 + RHYTHM) < 1 + RHYTHM * StrictMath.sin(2 * Math.PI * at / DAY + phase);
    }

    private void call(int index, double at, double median) {
        double runs = Math.min(LONGEST, median * StrictMath.exp(CALL_SPREAD * random.nextGaussian()));
        if (at >= 0 && at < seconds) {
            calls.add(new Call((long) (at * 1e6), index, Math.max(1, (long) (runs * 1e6))));
        }
    }

    private long memory() {
        double sample =
                BURR_SCALE * StrictMath.pow(StrictMath.pow(1 - random.nextDouble(), -1 / BURR_K) - 1, 1 / BURR_C);
        return Math.max(LEAST_MIB, Math.min(MOST_MIB, Math.round(sample / 64) * 64));
    }

    private double exponential(double mean) {
        return -mean * StrictMath.log(1 - random.nextDouble());
    }

    private double pareto(double mean) {
        return mean * (PARETO - 1) / PARETO * StrictMath.pow(1 - random.nextDouble(), -1 / PARETO);
    }
}
