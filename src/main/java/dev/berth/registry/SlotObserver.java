package dev.berth.registry;

import dev.berth.bus.WorkerMessage;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;
import dev.berth.why.SlotFacts.Refused;

/** Hears what a slot registry decides. Called on its thread, in the midst of a turn: must be quick and never fail. */
public interface SlotObserver {
    /** Ignores everything. */
    SlotObserver NONE = new SlotObserver() {};

    /** What has become of a container that was started ahead of a call. */
    enum Guess {
        STARTED,
        /** The call has come. */
        USED,
        /** It has ended before a call came. */
        WASTED
    }

    /**
     * A container is started.
     *
     * @param others containers of the same queue that are there already, each starting, busy or ending
     * @param waitedNanos how long the call that it is started for has waited until now; 0: it is for no call
     */
    default void launched(SlotKey key, int others, long waitedNanos) {}

    /** For a container that is started ahead of a call, instead of {@link #launched}, and for what becomes of it. */
    default void guess(Guess what) {}

    default void launchFailed(SlotKey key, ErrorCode error) {}

    default void refused(Refused why) {}

    /** A container is removed because the registry wants it so. */
    default void removed(SlotKey key, WorkerMessage.Reason reason, boolean frozen) {}

    /** A container has ended by itself, or been spoilt by its call. */
    default void ended(SlotKey key) {}
}
