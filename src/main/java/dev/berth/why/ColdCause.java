package dev.berth.why;

/**
 * Why no container was there for a call.
 *
 * @param agoMillis since the last one went; 0: it does not matter
 * @param number of containers that were all busy; how long one had been idle, in milliseconds; an exit code
 * @param other the image for which one was evicted; else empty
 * @param wantedBytes what that one wanted; 0: not known
 * @param freeBytes what was free for it
 */
public record ColdCause(Reason reason, long agoMillis, long number, String other, long wantedBytes, long freeBytes) {

    /** New ones go to the end: their places travel between nodes. */
    public enum Reason {
        UNKNOWN,
        /** This node has not run it yet, or not for so long that it is forgotten. */
        FIRST,
        ALL_BUSY,
        EVICTED,
        EXPIRED,
        EXITED,
        OUT_OF_MEMORY,
        /** The call that ran last has left it in a state that no other call may find. */
        BROKE,
        LAUNCH_FAILED,
        /** It runs one call and no more. */
        ONE_SHOT,
        /** It could not be frozen or woken, or its end was not explained. */
        LOST,
        /** An operator had it removed. */
        CLEARED,
        /** Nobody was there when a call came that had won it, and the engine had said nothing of its end. */
        SLOT_LOST,
        /** It was started ahead of a call that did not come when it was expected. */
        NOT_CALLED
    }

    public static ColdCause of(Reason reason) {
        return new ColdCause(reason, 0, 0, "", 0, 0);
    }

    /** The same, that long after the container went. */
    public ColdCause after(long millis) {
        return new ColdCause(reason, Math.max(0, millis), number, other, wantedBytes, freeBytes);
    }
}
