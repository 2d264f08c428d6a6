package dev.berth.ingress;

import dev.berth.call.Saturating;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A moment on this process's monotonic clock, or none.
 *
 * @param nanos {@link System#nanoTime()} at that moment; meaningless when not limited
 */
public record Deadline(boolean limited, long nanos) {
    static final Deadline NONE = new Deadline(false, 0);

    /** One that is {@link Saturating#LONGEST_NANOS} away at most: differences of nanoTime must not wrap around. */
    public static Deadline in(long nanos) {
        return after(System.nanoTime(), nanos);
    }

    /** A while after a moment of the clock that {@link System#nanoTime} reads. */
    static Deadline after(long now, long nanos) {
        return new Deadline(true, now + Saturating.nanos(nanos));
    }

    public static Deadline in(Duration duration) {
        return in(Saturating.nanos(duration));
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

    public boolean passed() {
        return limited && remaining() <= 0;
    }

    public boolean passed(long now) {
        return limited && nanos - now <= 0;
    }

    /** The same moment on the wall clock. Only of a limited one. */
    Instant instant() {
        return Instant.now().plusNanos(remaining());
    }

    /** A delay for a timer that must not fire early: whole milliseconds, at least one. */
    long timerMillis(Duration grace) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(remaining() + Saturating.nanos(grace)) + 1);
    }
}
