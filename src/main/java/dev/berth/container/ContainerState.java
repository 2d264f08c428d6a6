package dev.berth.container;

/** Where a container is in its life. What may happen in each state is {@link ContainerLifecycle#TABLE}. */
public enum ContainerState {
    /** Known, nothing begun. */
    NEW,
    /** The engine makes sure that the image is there. */
    PULLING,
    /** Socket directory and watch are being set up. */
    PREPARING,
    CREATING,
    STARTING,
    /** The process runs; its socket, if it needs one, has not appeared yet. Limited by the start timeout. */
    INITIALIZING,
    /** Ready for a call. The pause grace runs. */
    IDLE,
    /** Running a call. */
    BUSY,
    /** The engine is freezing it. */
    PAUSING,
    /** A call came while the engine was still freezing it, and waits for that to end. */
    PAUSING_LEASED,
    PAUSED,
    /** Running a call while the engine is still thawing it. */
    RESUMING,
    /** The engine is thawing it, and no call is there: it is on its way, or was over before. Ready for another. */
    THAWING,
    /** To be removed, once the engine has finished what it is doing to the container. */
    ENDING,
    /** Being removed; repeated until it succeeds. */
    REMOVING,
    /** Nothing is left. The only state without an exit. */
    GONE;

    /** Whether a call can be given to the container. */
    public boolean takesLease() {
        return this == IDLE || this == PAUSING || this == PAUSED || this == THAWING;
    }

    /** Whether a call has been given to the container and is not over. */
    public boolean runsCalls() {
        return this == BUSY || this == RESUMING || this == PAUSING_LEASED;
    }

    /** Whether the container has yet to become ready for the first time. */
    public boolean launching() {
        return compareTo(INITIALIZING) <= 0;
    }
}
