package dev.berth.worker;

import dev.berth.container.ContainerState;
import java.util.Map;

/** A worker's containers at one moment: how many, and how many in each state. */
public record WorkerSnapshot(int containers, Map<ContainerState, Integer> states) {
    public WorkerSnapshot {
        states = Map.copyOf(states);
    }

    public int in(ContainerState state) {
        return states.getOrDefault(state, 0);
    }
}
