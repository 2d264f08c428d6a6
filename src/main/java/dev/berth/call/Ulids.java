package dev.berth.call;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Names of containers and calls: 26 characters in the layout of a ULID, 48 bits of milliseconds and 80 random bits in
 * Crockford's base 32, so that names sort by time.
 */
public final class Ulids implements Supplier<String> {
    private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 8;

    private final LongSupplier epochMillis;
    private final RandomGenerator random;

    public Ulids(LongSupplier epochMillis, RandomGenerator random) {
        this.epochMillis = epochMillis;
        this.random = random;
    }

    @Override
    public String get() {
        char[] id = new char[TIME_DIGITS + 2 * RANDOM_DIGITS];
        write(id, 0, TIME_DIGITS, epochMillis.getAsLong() & ((1L << 48) - 1));
        write(id, TIME_DIGITS, RANDOM_DIGITS, random.nextLong());
        write(id, TIME_DIGITS + RANDOM_DIGITS, RANDOM_DIGITS, random.nextLong());
        return new String(id);
    }

    /** The lowest five bits per digit, most significant digit first. */
    private static void write(char[] id, int from, int digits, long value) {
        long rest = value;
        for (int i = from + digits - 1; i >= from; i--) {
            id[i] = DIGITS[(int) (rest & 31)];
            rest >>>= 5;
        }
    }
}
