package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerState;
import dev.berth.container.LifecycleObserver;
import dev.berth.container.Row;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What a rig is told of its containers. */
final class RigObserver implements LifecycleObserver {
    /** By all containers. */
    final AtomicLong cpuNanosUsed = new AtomicLong();

    private final List<String> bugs = new CopyOnWriteArrayList<>();

    @Override
    public void used(long cpuNanos, long throttledNanos) {
        cpuNanosUsed.addAndGet(cpuNanos);
    }

    @Override
    public void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {
        bugs.add(containerId + ": " + state + " × " + event + " after " + history);
    }

    void assertNoBugs() {
        assertThat(bugs).isEmpty();
    }
}
