package dev.berth.container;

import static dev.berth.container.ContainerEvent.CREATED;
import static dev.berth.container.ContainerEvent.EXITED;
import static dev.berth.container.ContainerEvent.LAUNCH;
import static dev.berth.container.ContainerEvent.PREPARED;
import static dev.berth.container.ContainerEvent.PULLED;
import static dev.berth.container.ContainerEvent.READY;
import static dev.berth.container.ContainerEvent.REMOVED;
import static dev.berth.container.ContainerEvent.REMOVE_ASKED;
import static dev.berth.container.ContainerEvent.REMOVE_FAILED;
import static dev.berth.container.ContainerEvent.RETRY_DUE;
import static dev.berth.container.ContainerEvent.STARTED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A container's life that a test tells event by event. */
final class LifecycleRig {
    static final Set<Row> TRAVELLED = new HashSet<>();
    static final List<ContainerEvent> TO_IDLE = List.of(LAUNCH, PULLED, PREPARED, CREATED, STARTED, READY);
    final List<ContainerEffect> effects = new ArrayList<>();

    final ContainerLifecycle lifecycle = new ContainerLifecycle("c", new LifecycleObserver() {
        @Override
        public void moved(String containerId, Row row) {
            TRAVELLED.add(row);
        }

        @Override
        public void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {
            throw new IllegalStateException(state + " × " + event + " after " + history);
        }
    });

    LifecycleRig after(List<ContainerEvent> begin, ContainerEvent... more) {
        begin.forEach(lifecycle::fire);
        effects.clear();
        return after(more);
    }

    LifecycleRig after(ContainerEvent... events) {
        for (ContainerEvent event : events) {
            effects.addAll(lifecycle.fire(event));
        }
        return this;
    }

    void expect(ContainerState state, ContainerEffect... all) {
        assertThat(lifecycle.state()).isEqualTo(state);
        assertThat(effects).containsExactly(all);
        effects.clear();
    }

    void removesAndIsGone() {
        assertThat(lifecycle.state()).isEqualTo(ContainerState.REMOVING);
        effects.clear();
        after(REMOVE_ASKED, EXITED, REMOVE_FAILED).expect(ContainerState.REMOVING, ContainerEffect.RETRY_LATER);
        after(RETRY_DUE).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        after(REMOVED).expect(ContainerState.GONE, ContainerEffect.REPORT_GONE);
    }

    static List<ContainerEvent> with(List<ContainerEvent> begin, ContainerEvent... more) {
        List<ContainerEvent> all = new ArrayList<>(begin);
        all.addAll(List.of(more));
        return all;
    }
}
