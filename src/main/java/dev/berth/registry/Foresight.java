package dev.berth.registry;

import dev.berth.call.Saturating;
import dev.berth.config.ForesightConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which queues are called with a regular {@link Period}, and of which a container is to be started now, ahead of the next
 * call. How many are known so is bounded, as each keeps what its containers are made from. Times in nanoseconds; moments
 * are of the caller's clock, which may wrap round.
 */
final class Foresight {
    static final int MOST = 1_000;

    private final boolean on;
    private final long leastPeriod;
    private final Guesses guesses;
    private final Starts starts;
    private final Queues queues;
    private final TreeSet<Window> windows = new TreeSet<>(Window::compare);

    /** Those open whose queue has no container, and for which none has been started yet. */
    private final Set<Window> due = new LinkedHashSet<>();

    Foresight(ForesightConfig config, Guesses guesses, Starts starts, Queues queues) {
        this.on = config.on();
        this.leastPeriod = Saturating.nanos(config.leastPeriod());
        this.guesses = guesses;
        this.starts = starts;
        this.queues = queues;
    }

    /** A call of the queue has come, and has a slot or waits. */
    void called(SlotQueue queue, long now) {
        if (!on || queue.isUnused()) {
            return;
        }
        end(queue);
        Period period = queue.arrivals().period();
        if (queue.evictable && queue.reusable && period.isRegular() && period.nanos() >= leastPeriod) {
            long expected = period.expected(now);
            long spread = period.spreadNanos();
            if (expected + spread - now > 0 && windows.size() < MOST) {
                long opens = expected - spread - starts.aloneNanos(queue.demand);
                Window window = new Window(queue, opens, expected + spread);
                queue.window = window;
                windows.add(window);
            }
        }
        queues.closeIfUnused(queue);
    }

    /** The other queues of its function have old settings, and their calls are not expected any more. */
    void opened(SlotQueue opened) {
        for (Window window : List.copyOf(windows)) {
            if (window.queue != opened && window.queue.demand == opened.demand) {
                endAndClose(window.queue);
            }
        }
    }

    /** No call is expected any more. */
    void endAll() {
        List.copyOf(windows).forEach(window -> endAndClose(window.queue));
    }

    private void endAndClose(SlotQueue queue) {
        end(queue);
        queues.closeIfUnused(queue);
    }

    private void end(SlotQueue queue) {
        Window window = queue.window;
        if (window != null) {
            windows.remove(window);
            due.remove(window);
            queue.window = null;
        }
    }

    /** Must follow every change of a queue's containers or waiters. */
    void review(SlotQueue queue) {
        guesses.review(queue);
        Window window = queue.window;
        if (window == null) {
            return;
        }
        if (window.open && !window.guessed && !queue.hasContainers()) {
            due.add(window);
        } else {
            due.remove(window);
        }
    }

    /** Whichever windows open or close by now. */
    void timePassed(long now) {
        while (!windows.isEmpty() && windows.first().alarm() - now <= 0) {
            Window window = windows.first();
            if (window.closes - now <= 0) {
                endAndClose(window.queue);
            } else {
                windows.remove(window);
                window.open = true;
                windows.add(window);
                review(window.queue);
            }
        }
    }

    /**
     * A queue to start a container of, where that slows no start for a call. Null: none now. Not while somebody lacks
     * room.
     */
    @Nullable
    SlotQueue next() {
        if (due.isEmpty() || !starts.leaveAProcessor()) {
            return null;
        }
        for (Window window : due) {
            if (mayStart(window.queue)) {
                return window.queue;
            }
        }
        return null;
    }

    /** One launched for a call since the last {@link #review} is enough. */
    private boolean mayStart(SlotQueue queue) {
        return !queue.hasContainers() && guesses.hasRoom(queue.reservation);
    }

    /** A container of what {@link #next} has named has been launched. */
    void launched(Slot slot) {
        Window window = slot.queue.window;
        if (window == null) {
            throw new IllegalStateException("nothing was expected: " + slot);
        }
        window.guessed = true;
        due.remove(window);
        guesses.begin(slot, window.closes);
    }

    /**
     * When to look again, at {@link #timePassed} and, unless somebody lacks room, at {@link #next}.
     *
     * @param free whether nobody does
     */
    OptionalLong nextLook(boolean free, long now) {
        if (free && next() != null) {
            return OptionalLong.of(now);
        }
        return windows.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(windows.first().alarm());
    }
}
