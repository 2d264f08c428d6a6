package dev.berth.container;

/** What can happen to a container. */
public enum ContainerEvent {
    LAUNCH,
    /** An earlier runner has left it, and it is to be taken over. */
    ADOPT,
    /** It is what it was said to be, and frozen. */
    ADOPTED,
    ADOPT_FAILED,
    PULLED,
    PREPARED,
    CREATED,
    STARTED,
    /** The socket is there and good, or none is needed. */
    READY,
    /** A step of the launch failed, or the process ended before it was ready. */
    LAUNCH_BROKE,
    /** A call was given to the container. */
    LEASED,
    /** The call is over and the container can take another. */
    CALL_KEPT,
    /** The call is over and the container cannot be trusted with another. */
    CALL_BROKE,
    /** Idle for as long as the pause grace. */
    FREEZE_DUE,
    PAUSE_DONE,
    PAUSE_FAILED,
    /** The engine cannot freeze containers in this set-up; the container runs on. */
    PAUSE_UNSUPPORTED,
    RESUME_DONE,
    RESUME_FAILED,
    /** A call is on its way. */
    WAKE_ASKED,
    /** The registry wants the container left, frozen, to the next runner. */
    LEAVE_ASKED,
    /** It has been written down what finds it again. */
    LEFT,
    LEAVE_FAILED,
    /** The process ended by itself. */
    EXITED,
    /** The registry wants the container removed. */
    REMOVE_ASKED,
    REMOVED,
    REMOVE_FAILED,
    /** Time to try the removal again. */
    RETRY_DUE
}
