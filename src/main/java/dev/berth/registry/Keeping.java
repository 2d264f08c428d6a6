package dev.berth.registry;

import dev.berth.call.Saturating;
import dev.berth.config.FloorConfig;
import dev.berth.config.ForesightConfig;
import dev.berth.config.KeepConfig;
import org.jspecify.annotations.Nullable;

/** Which idle containers are kept how long, and which go first where room is short. */
final class Keeping {
    /** How long a container has been idle when it is first asked whether it is worth its room. */
    private static final long FIRST_LOOK_NANOS = 1_000_000_000;

    /** It is asked again when it has been idle for longer by this part. */
    private static final int LOOK_PART = 8;

    private static final double MIB_SECONDS_PER_GIB_HOUR = 1024 * 3600;
    private static final long NO_LIMIT = Long.MAX_VALUE >> 2;

    private final KeepConfig config;
    private final Worth worth;
    private final double least;
    private final long maxIdle;

    Keeping(KeepConfig config, Worth worth) {
        this.config = config;
        this.worth = worth;
        this.least = config.leastSaved().toNanos() / 1e9 / MIB_SECONDS_PER_GIB_HOUR;
        this.maxIdle = Math.min(Saturating.nanos(config.maxIdle()), NO_LIMIT);
    }

    /** In which order idle containers go where room is short; null: those idle longest first. */
    @Nullable
    Worth order() {
        return config.evict() == KeepConfig.Evict.VALUE ? worth : null;
    }

    FloorConfig floor() {
        return config.floor();
    }

    ForesightConfig foresight() {
        return config.foresight();
    }

    /** When a slot that is idle from now on has been so for too long. What waits for a certain call goes when that is overdue. */
    long deadline(Slot slot, long now) {
        return slot.guessed ? slot.guessedUntil : now + longest(slot.queue);
    }

    private long longest(SlotQueue queue) {
        boolean free = config.keep() == KeepConfig.Keep.VALUE && queue.evictable && queue.reusable;
        return free ? Math.max(queue.idleTimeoutNanos, maxIdle) : queue.idleTimeoutNanos;
    }

    /** When it is to be asked next whether this idle slot is to be kept; not after it must go. */
    long nextLook(Slot slot, long now) {
        if (least == 0 || !slot.queue.evictable || slot.guessed) {
            return slot.idleDeadline;
        }
        long look = now + Math.max(FIRST_LOOK_NANOS, (now - slot.idleSince) / LOOK_PART);
        return look - slot.idleDeadline < 0 ? look : slot.idleDeadline;
    }

    /** Whether this idle slot has been kept for as long as it should be. Of a queue only the one idle longest goes. */
    boolean isOver(Slot slot, long now) {
        if (slot.idleDeadline - now <= 0) {
            return true;
        }
        SlotQueue queue = slot.queue;
        return least > 0
                && queue.evictable
                && queue.idle.first() == slot
                && worth.of(queue, queue.containers - queue.ending, now) < least;
    }
}
