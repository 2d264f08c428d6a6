package dev.berth.registry;

import dev.berth.bus.WorkerMessage;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;

/** Hears what a slot registry decides. Called on its thread, in the midst of a turn: must be quick and never fail. */
public interface SlotObserver {
    /** Ignores everything. */
    SlotObserver NONE = new SlotObserver() {};

    /** Why a wish for a slot was refused. */
    enum Refusal {
        DRAINING,
        ENGINE_GONE,
        /** Not even an empty node could take such a container. */
        TOO_BIG,
        /** As many wait as may. */
        WAITERS_FULL,
        /** Whoever asked looks elsewhere first, and there is nothing here without waiting. */
        NOT_HERE,
        /** The time that it could wait is over. */
        DEADLINE,
        /** Nobody is kept waiting for room on this node. */
        NO_ROOM,
        /** The container that was to be its own did not become ready. */
        LAUNCH_FAILED,
        /** The node that asked is gone. */
        ASKER_LOST
    }

    /** @param others containers of the same queue that are there already, each starting, busy or ending */
    default void launched(SlotKey key, int others) {}

    default void launchFailed(SlotKey key, ErrorCode error) {}

    default void refused(Refusal why) {}

    /** A container is removed because the registry wants it so. */
    default void removed(SlotKey key, WorkerMessage.Reason reason, boolean frozen) {}

    /** A container has ended by itself, or been spoilt by its call. */
    default void ended(SlotKey key) {}
}
