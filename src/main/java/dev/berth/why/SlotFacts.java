package dev.berth.why;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a registry knows of a request for a slot once it is answered.
 *
 * @param start what kind of container served it
 * @param waited what it waited for
 * @param ahead calls of the same queue that waited already when it came
 * @param busy containers of the queue that ran a call when it came
 * @param cold why a container had to be started; null unless one was
 * @param refused {@link Refused#NONE}: it was not
 * @param shortage what was missing to start a container for it; null: nothing was, or nobody looked
 */
public record SlotFacts(
        Start start,
        Waited waited,
        int ahead,
        int busy,
        @Nullable ColdCause cold,
        Refused refused,
        @Nullable Shortage shortage) {

    /** Nothing is known. */
    public static final SlotFacts NONE = of(Start.NONE, Waited.NOTHING);

    /** An idle container that ran. Of most calls, so that nothing is made for them. */
    public static final SlotFacts HOT = of(Start.HOT, Waited.NOTHING);

    /** An idle container that was frozen. */
    public static final SlotFacts WOKEN = of(Start.WOKEN, Waited.NOTHING);

    /** An idle container that was started ahead of the call. */
    public static final SlotFacts FORESEEN = of(Start.FORESEEN, Waited.NOTHING);

    /** What kind of container a call had. New ones go to the end: their places travel between nodes. */
    public enum Start {
        NONE,
        HOT,
        WOKEN,
        COLD,
        /** Started ahead of the call, since the function is called with a regular period; running or frozen. */
        FORESEEN
    }

    /** What a call waited for. New ones go to the end. */
    public enum Waited {
        NOTHING,
        /** The container that was started for it. */
        OWN_START,
        /** One that was started for another call. */
        OTHERS_START,
        /** A call that ran already. */
        BUSY,
        /** Room that was on its way back from containers that were ending. */
        ROOM_COMING,
        /** Another call that came before it, and for which there was no room. */
        BEHIND_BIG,
        /** A call that ran already, since that was to end before another container could start. */
        SOONER,
        /** A container that was started ahead of the call, and was not up yet. */
        START_AHEAD
    }

    /** Why there was no slot. New ones go to the end. */
    public enum Refused {
        NONE,
        /** Nobody is kept waiting for room. */
        NO_ROOM,
        /** The time it could wait was over. */
        DEADLINE,
        WAITERS_FULL,
        DRAINING,
        /** Not even an empty node could take such a container. */
        TOO_BIG,
        /** It lost its slot, and the next, until it was given up. */
        SLOT_LOST,
        /** It was only to be tried here, and there was nothing without waiting. */
        NOT_HERE,
        REGISTRY_SILENT,
        ENGINE_GONE,
        /** The container that was started for it did not become ready. */
        LAUNCH_FAILED,
        /** The node it came from is gone. */
        ASKER_LOST
    }

    private static final List<SlotFacts> REFUSALS = Arrays.stream(Refused.values())
            .map(refused -> new SlotFacts(Start.NONE, Waited.NOTHING, 0, 0, null, refused, null))
            .toList();

    private static SlotFacts of(Start start, Waited waited) {
        return new SlotFacts(start, waited, 0, 0, null, Refused.NONE, null);
    }

    /** The same of a call that was refused in the end. */
    public SlotFacts butRefused(Refused why) {
        return new SlotFacts(start, waited, ahead, busy, cold, why, shortage);
    }

    /** @param beyond what an empty node has */
    public static SlotFacts tooBig(Shortage beyond) {
        return new SlotFacts(Start.NONE, Waited.NOTHING, 0, 0, null, Refused.TOO_BIG, beyond);
    }

    /** Of a request that was refused without having waited. */
    public static SlotFacts refused(Refused refused) {
        return REFUSALS.get(Places.of(refused));
    }
}
