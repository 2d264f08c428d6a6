package dev.berth.registry;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.SlotFacts;
import dev.berth.why.SlotFacts.Refused;
import org.jspecify.annotations.Nullable;

/** Which calls that find no idle slot may wait for one. Changes nothing. */
final class Admission {
    private static final Refusal DRAINING = refusal(ErrorCode.SERVER_BUSY, Refused.DRAINING);
    private static final Refusal ENGINE_GONE = refusal(ErrorCode.ENGINE_GONE, Refused.ENGINE_GONE);
    private static final Refusal WAITERS_FULL = refusal(ErrorCode.SERVER_BUSY, Refused.WAITERS_FULL);
    private static final Refusal NOT_HERE = refusal(ErrorCode.SERVER_BUSY, Refused.NOT_HERE);
    private static final Refusal DEADLINE = refusal(ErrorCode.SERVER_BUSY, Refused.DEADLINE);
    private static final RunnerException TOO_BIG = ErrorCode.RESOURCE_TOO_BIG.exception();

    private final int maxWaiters;
    private final Room room;
    private final Placement placement;
    private final Waiters waiters;

    /** Why not. */
    record Refusal(RunnerException error, SlotFacts facts) {}

    Admission(int maxWaiters, Room room, Placement placement, Waiters waiters) {
        this.maxWaiters = maxWaiters;
        this.room = room;
        this.placement = placement;
        this.waiters = waiters;
    }

    private static Refusal refusal(ErrorCode error, Refused why) {
        return new Refusal(error.exception(), SlotFacts.refused(why));
    }

    /**
     * Null: it may wait.
     *
     * @param queue null: the call is the first of its key
     */
    @Nullable
    Refusal refusal(AcquireSlot request, @Nullable SlotQueue queue, boolean draining, boolean engineAnswers) {
        if (draining) {
            return DRAINING;
        } else if (!engineAnswers) {
            return ENGINE_GONE;
        } else if (queue == null && !room.couldEverHold(request.spec())) {
            return new Refusal(TOO_BIG, SlotFacts.tooBig(room.beyond(request.spec())));
        } else if (waiters.size() >= maxWaiters) {
            return WAITERS_FULL;
        } else if (!mayWait(request, queue)) {
            return request.isTry() ? NOT_HERE : DEADLINE;
        }
        return null;
    }

    private boolean mayWait(AcquireSlot request, @Nullable SlotQueue queue) {
        if (request.patience().isZero()) {
            return false;
        }
        return switch (request.mode()) {
            case ANY -> true;
            case EXISTING -> queue != null && queue.hasContainers();
            case LAUNCH ->
                !placement.isStarved()
                        && (queue == null
                                ? room.couldEverHold(request.spec()) && room.hasNow(Reservation.of(request.spec()))
                                : room.hasNow(queue.reservation));
        };
    }
}
