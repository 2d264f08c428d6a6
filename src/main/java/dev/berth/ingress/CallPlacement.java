package dev.berth.ingress;

import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.ingress.Itinerary.Stop;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes and how often: the rule that it is run at most once, and nowhere else once it may have begun.
 *
 * <pre>
 * NEW ──start──▶ ACQUIRING ──granted──▶ OFFERED ──first sign──▶ TAKEN
 *                  │   ▲ ▲                  │
 *                  └───┘ └─────slot lost────┘       any ──end, failure, deadline, cancel──▶ DONE
 *                 refused: the next registry
 * </pre>
 *
 * In OFFERED the worker has been sent the call but has not shown that it took it. Only two things bring it back: its
 * worker says that the slot is gone, or it is certain that nothing of the call has been delivered. From TAKEN on it is
 * never placed again. A new container that takes nothing of a call is tried with one more: it may have been removed just
 * then, but if the next is like it the function is to blame.
 *
 * <p>Pure: told what happened, it calls {@link Actions}, each at most once per event and as the last thing it does,
 * but for a withdrawal or a return that comes before it. No clock and no timer of its own.
 */
final class CallPlacement {

    /** What is to be done. */
    interface Actions {
        /** Ask for a slot, or who has one. Comes back as {@link #granted}, {@link #refused}, {@link #unanswered} or {@link #told}. */
        void acquire(Stop stop);

        /** The slot last asked for is no longer wanted. */
        void withdraw();

        /** Nothing was sent, and will be, under this lease. */
        void giveBack(SlotGranted grant);

        /** Send the call to its worker. */
        void open(SlotGranted grant, Deadline deadline);

        /** What was sent may have to be sent again, to another worker. */
        void slotLost();

        void cancelStream(RunnerException why);

        /** The call is over: the only thing that is told once. */
        void end(@Nullable RunnerException error);
    }

    enum State {
        NEW,
        ACQUIRING,
        OFFERED,
        TAKEN,
        DONE
    }

    private static final int MAX_LOST_SLOTS = 5;
    private static final int MAX_DEAF_CONTAINERS = 1;
    private static final int MAX_REMOTE_TRIES = 4;

    private final Actions actions;
    private final Supplier<Itinerary> planner;
    private final Deadline deadline;
    private final long timeoutNanos;
    private State state = State.NEW;
    private Itinerary itinerary = () -> null;
    private @Nullable SlotGranted grant;
    private int lostSlots;
    private int deafContainers;
    private int remoteTries;
    private ContainerTimings timings = ContainerTimings.NONE;

    /**
     * @param planner asked for each round: at the start, and whenever a slot is lost
     * @param deadline bounds everything, waiting included
     * @param timeoutNanos how long the function may take, from the moment its slot is won
     */
    CallPlacement(Actions actions, Supplier<Itinerary> planner, Deadline deadline, long timeoutNanos) {
        this.actions = actions;
        this.planner = planner;
        this.deadline = deadline;
        this.timeoutNanos = timeoutNanos;
    }

    State state() {
        return state;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Those of the container this call waited for. */
    ContainerTimings timings() {
        return timings;
    }

    void start() {
        state = State.ACQUIRING;
        itinerary = planner.get();
        Stop first = next();
        if (first == null) {
            end(ErrorCode.SERVER_BUSY.exception());
        } else {
            actions.acquire(first);
        }
    }

    private @Nullable Stop next() {
        Stop stop = itinerary.next();
        while (stop != null && stop.remote() && remoteTries >= MAX_REMOTE_TRIES) {
            stop = itinerary.next();
        }
        if (stop != null && stop.remote()) {
            remoteTries++;
        }
        return stop;
    }

    void granted(SlotGranted granted, long now) {
        if (state != State.ACQUIRING) {
            actions.giveBack(granted);
            return;
        }
        timings = granted.timings();
        itinerary.granted();
        if (deadline.passed(now)) {
            actions.giveBack(granted);
            end(ErrorCode.SERVER_BUSY.exception());
            return;
        }
        state = State.OFFERED;
        grant = granted;
        actions.open(granted, Deadline.after(now, timeoutNanos).earlier(deadline));
    }

    void refused(SlotRefused refusal, long now) {
        if (state != State.ACQUIRING) {
            return;
        }
        timings = refusal.timings();
        goOn(itinerary.refused(refusal), refusal.error(), now);
    }

    /** Who has containers, as far as the node knows that was asked; nobody, or it has not answered: an empty list. */
    void told(List<Holder> holders, long now) {
        if (state == State.ACQUIRING) {
            itinerary.told(holders);
            goOn(true, ErrorCode.SERVER_BUSY.exception(), now);
        }
    }

    private void goOn(boolean elsewhere, RunnerException otherwise, long now) {
        Stop next = elsewhere && !deadline.passed(now) ? next() : null;
        if (next == null) {
            end(otherwise);
        } else {
            actions.acquire(next);
        }
    }

    /** The registry could not be asked, or is lost with its node. */
    void unanswered(long now) {
        refused(new SlotRefused(0, ErrorCode.SERVER_BUSY.exception(), ContainerTimings.NONE), now);
    }

    /** Nothing was sent, for the call itself cannot be: another worker would not help. */
    void openRefused(RunnerException error) {
        returnLease();
        end(error);
    }

    /** The worker has shown that it took the call. */
    void taken() {
        if (state == State.OFFERED) {
            state = State.TAKEN;
        }
    }

    /** The worker's last word. */
    void finished(@Nullable RunnerException error) {
        if (state == State.OFFERED && error != null && error.code() == ErrorCode.SLOT_GONE) {
            placeAgain(error);
        } else if (state == State.OFFERED && error != null && error.code() == ErrorCode.INIT_FAILED) {
            tryOneMore(error);
        } else {
            end(error);
        }
    }

    private void tryOneMore(RunnerException why) {
        if (++deafContainers > MAX_DEAF_CONTAINERS) {
            end(why);
        } else {
            placeAgain(why);
        }
    }

    /** The stream to the worker failed; UNDELIVERED: it is certain that the worker has not heard of the call. */
    void failed(RunnerException why) {
        if (state == State.OFFERED && why.code() == ErrorCode.UNDELIVERED) {
            returnLease();
            placeAgain(ErrorCode.UNDELIVERED.exception());
        } else {
            end(why);
        }
    }

    private void placeAgain(RunnerException why) {
        if (++lostSlots > MAX_LOST_SLOTS) {
            end(why);
            return;
        }
        actions.slotLost();
        // Whoever hears of it may cancel.
        if (state == State.OFFERED) {
            start();
        }
    }

    private void returnLease() {
        if (grant != null) {
            actions.giveBack(grant);
            grant = null;
        }
    }

    /** The deadline of the wait, or of the call and its worker's grace, has passed. */
    void deadlinePassed() {
        switch (state) {
            case ACQUIRING -> {
                actions.withdraw();
                end(ErrorCode.SERVER_BUSY.exception());
            }
            case OFFERED, TAKEN -> {
                actions.cancelStream(ErrorCode.CALL_TIMEOUT.exception());
                end(ErrorCode.CALL_TIMEOUT.exception());
            }
            case NEW, DONE -> {}
        }
    }

    /** Ends the call from this side, without a word about its end. */
    void cancel(RunnerException why) {
        State before = state;
        state = State.DONE;
        switch (before) {
            case ACQUIRING -> actions.withdraw();
            case OFFERED, TAKEN -> actions.cancelStream(why);
            case NEW, DONE -> {}
        }
    }

    private void end(@Nullable RunnerException error) {
        if (state != State.DONE) {
            state = State.DONE;
            actions.end(error);
        }
    }
}
