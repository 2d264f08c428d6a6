package dev.berth.bench;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes call ids, 26 letters as Fn has them, that differ within and between processes. Thread-safe. */
final class CallIds {
    static final int LENGTH = 26;
    private static final char[] LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
    private static final int BITS = 5;
    private static final int COUNTER_LETTERS = 12;

    private final String prefix = letters(ThreadLocalRandom.current().nextLong(), LENGTH - COUNTER_LETTERS);
    private final AtomicLong counter = new AtomicLong();

    String next() {
        return prefix + letters(counter.incrementAndGet(), COUNTER_LETTERS);
    }

    private static String letters(long value, int count) {
        char[] text = new char[count];
        long rest = value;
        for (int i = count - 1; i >= 0; i--) {
            text[i] = LETTERS[(int) (rest & (LETTERS.length - 1))];
            rest >>>= BITS;
        }
        return new String(text);
    }
}
