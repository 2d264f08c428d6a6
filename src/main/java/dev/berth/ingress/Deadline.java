package dev.berth.ingress;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A moment on this process's monotonic clock, or none.
 *
 * @param nanos {@link System#nanoTime()} at that moment; meaningless when not limited
 */
record Deadline(boolean limited, long nanos) {
    static final Deadline NONE = new Deadline(false, 0);

    /** Beyond this, differences of nanoTime would wrap around. */
    private static final long FOREVER = TimeUnit.DAYS.toNanos(365L * 50);

    static Deadline in(long nanos) {
        return nanos >= FOREVER ? NONE : new Deadline(true, System.nanoTime() + nanos);
    }

    static Deadline in(Duration duration) {
        return in(TimeUnit.SECONDS.toNanos(duration.getSeconds()) + duration.getNano());
    }

    Deadline earlier(Deadline other) {
        if (!limited) {
            return other;
        }
        return !other.limited || nanos - other.nanos <= 0 ? this : other;
    }

    /** Nanoseconds left; negative when it has passed. Only of a limited one. */
    long remaining() {
        return nanos - System.nanoTime();
    }

    boolean passed() {
        return limited && remaining() <= 0;
    }

    /** The same moment on the wall clock. Only of a limited one. */
    Instant instant() {
        return Instant.now().plusNanos(remaining());
    }

    /** A delay for a timer that must not fire early: whole milliseconds, at least one. */
    long timerMillis(Duration grace) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(remaining() + grace.toNanos()) + 1);
    }
}
