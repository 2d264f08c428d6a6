package dev.berth.container;

import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import java.util.List;

/** Sees every change of state. Called on the container's own thread; must be quick. */
public interface LifecycleObserver {

    /** Ignores everything. */
    LifecycleObserver NONE = new LifecycleObserver() {};

    /** How freezing a container went. */
    enum Frozen {
        DONE,
        FAILED,
        /** Containers cannot be frozen here. */
        UNSUPPORTED
    }

    /** Who is told of one container, which is just beginning: it need not be looked up each time. */
    default LifecycleObserver of(String containerId, ContainerSpec spec) {
        return this;
    }

    default void moved(String containerId, Row row) {}

    /**
     * An event that the table does not list for this state: a bug. The container is removed afterwards.
     *
     * @param history the last rows travelled, oldest first
     */
    default void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {}

    /** It has become ready for its first call. */
    default void ready(ContainerTimings timings) {}

    /** It could not be made ready. */
    default void launchFailed(ErrorCode error, ContainerTimings timings) {}

    /** Its process has ended. */
    default void exited(int code) {}

    /** It ends. Told once, as soon as it is known why. */
    default void ending(EndReason reason) {}

    default void frozen(Frozen result) {}

    /**
     * It has been found to have used so much since this was told last, its start included.
     *
     * @param throttledNanos how long it was held back by its processor limit
     */
    default void used(long cpuNanos, long throttledNanos) {}

    /** The most memory that was in use during a call of its. */
    default void callPeak(long bytes) {}

    /** @param nanos from asking for it until it ran again */
    default void woken(long nanos) {}
}
