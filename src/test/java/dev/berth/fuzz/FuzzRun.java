package dev.berth.fuzz;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The inputs of one fuzz test: how many, and what each is made from. The property {@code fuzz.inputs} is the
 * number of all tests together, of which each takes its share; {@code fuzz.seed} repeats a run. Every input
 * has a source of its own, so that it does not depend on those before it. Thread-safe.
 */
public final class FuzzRun implements AutoCloseable {
    private static final int USUAL_INPUTS = 3000;
    private static final int FAILURES_SHOWN = 10;
    private static final int WIDTH_SHOWN = 2000;

    private final String name;
    private final long seed = Long.getLong("fuzz.seed", System.nanoTime() & 0xffff_ffffL);
    private final int inputs;
    private final long started = System.nanoTime();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private int over;

    /** @param percent this test's share, 1 to 100 */
    public FuzzRun(Class<?> test, int percent) {
        name = test.getSimpleName();
        inputs = Math.max(1, Integer.getInteger("fuzz.inputs", USUAL_INPUTS) * percent / 100);
        say("fuzz: %s begins, inputs %d, seed %d%n", name, inputs, seed);
    }

    /** Of a long run; a short one among the other tests says no more than they do. */
    private static void say(String line, Object... values) {
        if (Integer.getInteger("fuzz.inputs") != null) {
            System.out.printf(line, values);
        }
    }

    public int inputs() {
        return inputs;
    }

    public Random random(int input) {
        return new Random(seed * 1_000_003 + input);
    }

    /** Says what went wrong with one input. */
    public void failed(int input, String what, Object made) {
        String shown = String.valueOf(made);
        failures.add("input " + input + ": " + what + "\n  "
                + shown.substring(0, Math.min(WIDTH_SHOWN, shown.length())).replaceAll("\\p{Cntrl}", "·"));
    }

    /** Inputs up to this one have been tried. */
    public void over(int count) {
        over = count;
    }

    /** Fails with the first inputs that went wrong. */
    public void verify() {
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.size() + " of " + inputs + " inputs failed, seed " + seed + ":\n"
                    + String.join("\n", failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))));
        }
    }

    /** Prints the result, of a test that broke off, too. What names the seed in its failure is {@link #verify}. */
    @Override
    public void close() {
        say(
                "fuzz: %s ended, seed %d, inputs %d, passed %d, failed %d, seconds %d%n",
                name,
                seed,
                inputs,
                over - failures.size(),
                inputs - over + failures.size(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started));
    }

    /** Does something for the whole of the inputs; its failure names the seed. */
    public void check(Check check) {
        try {
            check.run();
        } catch (Exception | AssertionError broken) {
            throw new AssertionError("seed " + seed + ", after " + over + " inputs: " + broken, broken);
        }
    }

    /** Something that may fail. */
    public interface Check {
        void run() throws Exception;
    }
}
