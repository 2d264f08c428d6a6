package dev.berth.container;

import static dev.berth.container.ContainerEvent.CALL_KEPT;
import static dev.berth.container.ContainerEvent.LAUNCH;
import static dev.berth.container.ContainerEvent.LEASED;
import static dev.berth.container.ContainerEvent.PAUSE_DONE;
import static dev.berth.container.ContainerEvent.REMOVED;
import static dev.berth.container.ContainerEvent.REMOVE_ASKED;
import static dev.berth.container.LifecycleRig.TO_IDLE;
import static dev.berth.container.LifecycleRig.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the table of a container's life says of all states, and what becomes of an event that is not in it. */
final class LifecycleTableTest {
    @Test
    void onlyIdleStatesTakeALease() {
        Set<ContainerState> taking = EnumSet.noneOf(ContainerState.class);
        for (ContainerState state : ContainerState.values()) {
            boolean listed = ContainerLifecycle.TABLE.find(state, LEASED) != null;
            assertThat(state.takesLease()).as(state.name()).isEqualTo(listed);
            if (listed) {
                taking.add(state);
            }
        }
        assertThat(taking)
                .containsExactly(
                        ContainerState.IDLE, ContainerState.PAUSING, ContainerState.PAUSED, ContainerState.THAWING);
    }

    @Test
    void everyStateTakesARemovalExceptTheFirstAndTheLast() {
        for (ContainerState state : ContainerState.values()) {
            boolean inside = state != ContainerState.NEW && state != ContainerState.GONE;
            assertThat(ContainerLifecycle.TABLE.find(state, REMOVE_ASKED) != null)
                    .as(state.name())
                    .isEqualTo(inside);
        }
    }

    @Test
    void anUnlistedEventIsABugThatRemovesTheContainer() {
        List<String> bugs = new ArrayList<>();
        ContainerLifecycle lenient = new ContainerLifecycle("c", new LifecycleObserver() {
            @Override
            public void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {
                bugs.add(containerId + " " + state + " " + event + " " + history.size());
            }
        });
        lenient.fire(LAUNCH);
        assertThat(lenient.fire(PAUSE_DONE)).containsExactly(ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
        assertThat(lenient.state()).isEqualTo(ContainerState.REMOVING);
        assertThat(lenient.fire(LEASED)).isEmpty();
        assertThat(lenient.state()).isEqualTo(ContainerState.REMOVING);
        lenient.fire(REMOVED);
        assertThat(lenient.fire(LEASED)).isEmpty();
        assertThat(lenient.state()).isEqualTo(ContainerState.GONE);
        assertThat(bugs).containsExactly("c PULLING PAUSE_DONE 1", "c REMOVING LEASED 2", "c GONE LEASED 4");
    }

    @Test
    void anUnlistedEventDuringACallEndsTheCallAndTellsTheRegistry() {
        ContainerLifecycle lenient = new ContainerLifecycle("c", LifecycleObserver.NONE);
        with(TO_IDLE, LEASED).forEach(lenient::fire);
        assertThat(lenient.fire(LEASED))
                .containsExactly(ContainerEffect.BREAK_CALL, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
    }

    @Test
    void remembersTheLastTenRows() {
        ContainerLifecycle lifecycle = new ContainerLifecycle("c", LifecycleObserver.NONE);
        TO_IDLE.forEach(lifecycle::fire);
        for (int i = 0; i < 10; i++) {
            lifecycle.fire(LEASED);
            lifecycle.fire(CALL_KEPT);
        }
        assertThat(lifecycle.history()).hasSize(10);
        assertThat(lifecycle.history().get(9).on()).isEqualTo(CALL_KEPT);
        assertThat(lifecycle.history().get(0).on()).isEqualTo(LEASED);
    }

    @Test
    void theTableRefusesASecondRowForAPairAndAnExitFromGone() {
        TransitionTable table =
                new TransitionTable().row(ContainerState.NEW, LAUNCH, ContainerState.PULLING, ContainerEffect.PULL);
        assertThatThrownBy(() -> table.row(ContainerState.NEW, LAUNCH, ContainerState.GONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NEW × LAUNCH");
        assertThatThrownBy(() -> table.row(ContainerState.GONE, LAUNCH, ContainerState.PULLING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GONE");
    }
}
