package dev.berth.ingress;

import dev.berth.call.CallModel;
import dev.berth.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls as they go:
 *
 * <pre>
 *   [waiting, [started, [slotLost, started]…]], ended
 * </pre>
 *
 * Shared by all event loops: thread-safe, never blocks, never fails.
 */
public interface CallMeter {
    /** Counts nothing. */
    CallMeter NONE = new CallMeter() {};

    /** The call has been read and a slot is asked for. */
    default void waiting() {}

    /** A slot is won. */
    default void started() {}

    /** The slot's container has gone, and another is asked for. */
    default void slotLost() {}

    /**
     * The call is over.
     *
     * @param call null: its document could not be read, or never came
     * @param error null: it succeeded
     * @param wireCode what the caller was told; 0: it succeeded
     * @param stage how far it had come
     * @param waitNanos until it had a slot, or gave up
     * @param runNanos since it had one; 0: it never had
     * @param cold whether a container was started for it
     */
    default void ended(
            @Nullable CallModel call,
            @Nullable ErrorCode error,
            int wireCode,
            Stage stage,
            long waitNanos,
            long runNanos,
            boolean cold) {}

    /** The caller broke the protocol, and got a status in place of an answer. */
    default void aborted(Stage stage) {}

    /** What a stream has carried, at its end. */
    default void bytes(long request, long response) {}

    /** How far a call has come. */
    enum Stage {
        /** No slot has been asked for. */
        NEW,
        WAITING,
        RUNNING
    }
}
