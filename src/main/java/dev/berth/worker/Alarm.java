package dev.berth.worker;

import dev.berth.call.Saturating;
import io.vertx.core.Vertx;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
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
        ACCOUNT,
        RETRY
    }

    private static final long NEVER = Long.MAX_VALUE;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Vertx vertx;
    private final Consumer<Slot> handler;
    private final Map<Slot, Due> times = new EnumMap<>(Slot.class);
    private final long origin = System.nanoTime();
    private long armedFor = NEVER;
    private long timer;
    private boolean closed;

    /** @param handler called once for each time that has come; its slot is clear then */
    Alarm(Vertx vertx, Consumer<Slot> handler) {
        this.vertx = vertx;
        this.handler = handler;
        for (Slot slot : Slot.values()) {
            times.put(slot, new Due());
        }
    }

    /** @param nanos from now; not positive: as soon as possible */
    void set(Slot slot, long nanos) {
        if (closed) {
            return;
        }
        long time = now() + Saturating.nanos(nanos);
        of(slot).time = time;
        if (time < armedFor) {
            arm(time);
        }
    }

    void clear(Slot slot) {
        of(slot).time = NEVER;
    }

    /** What is set for calls. */
    void clearCalls() {
        clear(Slot.DEADLINE);
        clear(Slot.ACCOUNT);
    }

    /** Clears everything for good. */
    void close() {
        closed = true;
        times.values().forEach(due -> due.time = NEVER);
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
        for (Map.Entry<Slot, Due> entry : times.entrySet()) {
            Due due = entry.getValue();
            if (due.time <= now()) {
                due.time = NEVER;
                handler.accept(entry.getKey());
            }
        }
        long next = NEVER;
        for (Due due : times.values()) {
            next = Math.min(next, due.time);
        }
        if (next < armedFor) {
            arm(next);
        }
    }

    private Due of(Slot slot) {
        return Objects.requireNonNull(times.get(slot));
    }

    private static final class Due {
        private long time = NEVER;
    }
}
