package dev.berth.container;

/** Why a container ends. */
public enum EndReason {
    IDLE_TIMEOUT,
    /** For the room that it takes. */
    EVICTED,
    /** The runner stops. */
    DRAINING,
    /** An operator wanted it gone. */
    CLEARED,
    /** It is left to the next runner. */
    HANDED_OVER,
    /** An earlier runner has left it, and it does not fit this one. */
    UNFIT,
    /** Its process has ended by itself. */
    EXITED,
    OUT_OF_MEMORY,
    /** The call that ran last has left it in a state that no other call may find. */
    CALL_BROKE,
    /** It could not be frozen, or not be woken. */
    FREEZER,
    /** It did not become ready. */
    LAUNCH_FAILED
}
