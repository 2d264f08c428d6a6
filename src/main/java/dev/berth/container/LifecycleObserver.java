package dev.berth.container;

import java.util.List;

/** Sees every change of state. Called on the container's own thread; must be quick. */
public interface LifecycleObserver {

    /** Ignores everything. */
    LifecycleObserver NONE = new LifecycleObserver() {};

    default void moved(String containerId, Row row) {}

    /**
     * An event that the table does not list for this state: a bug. The container is removed afterwards.
     *
     * @param history the last rows travelled, oldest first
     */
    default void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {}
}
