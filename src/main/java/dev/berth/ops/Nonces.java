package dev.berth.ops;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Actions that have been asked for once, and are done when they are asked for again with what was answered. Each can
 * be used once, within a minute. Confined to one context.
 */
final class Nonces {
    static final int SECONDS = 60;
    /** Of those that wait; the oldest goes for one more. */
    private static final int MOST = 64;

    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Asked> waiting = new LinkedHashMap<>();
    private final LongSupplier clock;

    private record Asked(String action, long until) {}

    /** @param clock in nanoseconds, never backwards */
    Nonces(LongSupplier clock) {
        this.clock = clock;
    }

    /** What has to be given to have this action done. */
    String make(String action) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String nonce = HexFormat.of().formatHex(bytes);
        waiting.put(nonce, new Asked(action, clock.getAsLong() + TimeUnit.SECONDS.toNanos(SECONDS)));
        if (waiting.size() > MOST) {
            Iterator<String> oldest = waiting.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return nonce;
    }

    /** Whether it was made for this action and still holds. It does not hold any more. */
    boolean use(@Nullable String nonce, String action) {
        Asked asked = waiting.remove(nonce);
        return asked != null && asked.action().equals(action) && asked.until() - clock.getAsLong() > 0;
    }
}
