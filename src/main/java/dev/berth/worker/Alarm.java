package dev.berth.worker;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A few due times kept by one Vert.x timer. Setting and clearing a time touches the timer only when the new
 * time is earlier than the one it is set for; a timer that fires too early looks what is due and sets itself
 * again. So the times of a busy container, which move with every call, cost almost nothing.
 *
 * <p>Never early; late by less than two milliseconds on an unloaded event loop. Confined to one context.
 */
final class Alarm {
    enum Slot {
        START,
        FREEZE,
        KEEP_ALIVE,
        DEADLINE,
        RETRY
    }

    private static final Slot[] SLOTS = Slot.values();
    private static final long NEVER = Long.MAX_VALUE;
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** Far enough ahead for anybody, and far from overflow. */
    private static final long FARTHEST = Duration.ofDays(36_500).toNanos();

    private final Vertx vertx;
    private final Consumer<Slot> handler;
    private final long[] due = new long[SLOTS.length];
    private final long origin = System.nanoTime();
    private long armedFor = NEVER;
    private long timer;
    private boolean closed;

    /** @param handler called once for each time that has come; its slot is clear then */
    Alarm(Vertx vertx, Consumer<Slot> handler) {
        this.vertx = vertx;
        this.handler = handler;
        Arrays.fill(due, NEVER);
    }

    /** @param nanos from now; not positive: as soon as possible */
    void set(Slot slot, long nanos) {
        if (closed) {
            return;
        }
        long time = now() + Math.min(nanos, FARTHEST);
        due[slot.ordinal()] = time;
        if (time < armedFor) {
            arm(time);
        }
    }

    void clear(Slot slot) {
        due[slot.ordinal()] = NEVER;
    }

    /** Clears everything for good. */
    void close() {
        closed = true;
        Arrays.fill(due, NEVER);
        disarm();
    }

    private long now() {
        return System.nanoTime() - origin;
    }

    private void arm(long time) {
        disarm();
        armedFor = time;
        long millis = Math.floorDiv(time - now() + NANOS_PER_MILLI - 1, NANOS_PER_MILLI);
        timer = vertx.setTimer(Math.max(1, millis), id -> fired());
    }

    private void disarm() {
        if (armedFor != NEVER) {
            armedFor = NEVER;
            vertx.cancelTimer(timer);
        }
    }

    private void fired() {
        armedFor = NEVER;
        for (Slot slot : SLOTS) {
            if (due[slot.ordinal()] <= now()) {
                due[slot.ordinal()] = NEVER;
                handler.accept(slot);
            }
        }
        long next = NEVER;
        for (long time : due) {
            next = Math.min(next, time);
        }
        if (next < armedFor) {
            arm(next);
        }
    }
}
