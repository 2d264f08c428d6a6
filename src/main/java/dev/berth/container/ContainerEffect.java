package dev.berth.container;

/** What has to be done because a container changed state. */
public enum ContainerEffect {
    PULL,
    /** Find the container that was left, and see that it is what was left. */
    TAKE_OVER,
    /** Tell the registry that the container is there. */
    REPORT_ADOPTED,
    PREPARE,
    CREATE,
    START,
    /** Wait for the function's socket; a function on stdin and stdout is ready at once. */
    AWAIT_READY,
    /** Tell the registry that the container takes calls. */
    REPORT_READY,
    /** Tell the registry that the launch failed, and why. */
    FAIL_LAUNCH,
    RUN_CALL,
    /** Tell the registry that the call's lease is over. */
    RELEASE,
    /** Hand the call back: nothing of it has reached the function. */
    RETURN_CALL,
    /** End the call with an error; if any of it has reached the function it is never run again. */
    BREAK_CALL,
    PAUSE,
    /** Never again freeze a container of this engine. */
    STOP_PAUSING,
    REPORT_PAUSED,
    RESUME,
    /** Start the pause grace. */
    AWAIT_FREEZE,
    /** Tell the registry not to give the container out any more. */
    REPORT_ENDING,
    /** Write down what finds it again, and let go of it. */
    LEAVE,
    REMOVE,
    RETRY_LATER,
    /** Tell the registry that the capacity is free. */
    REPORT_GONE
}
