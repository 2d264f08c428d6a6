package dev.berth.ops.meter;

import dev.berth.container.ContainerState;

/** What operators are told of a container's state. */
public enum SlotState {
    STARTING,
    IDLE,
    FROZEN,
    BUSY,
    ENDING;

    public static SlotState of(ContainerState state) {
        return switch (state) {
            case NEW, ADOPTING, PULLING, PREPARING, CREATING, STARTING, INITIALIZING -> STARTING;
            case IDLE, PAUSING, THAWING -> IDLE;
            case PAUSED -> FROZEN;
            case BUSY, PAUSING_LEASED, RESUMING -> BUSY;
            case PAUSING_TO_LEAVE, LEAVING, ENDING, REMOVING, GONE -> ENDING;
        };
    }
}
