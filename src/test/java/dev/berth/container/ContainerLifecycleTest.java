package dev.berth.container;

import static dev.berth.container.ContainerEvent.ADOPT;
import static dev.berth.container.ContainerEvent.ADOPTED;
import static dev.berth.container.ContainerEvent.ADOPT_FAILED;
import static dev.berth.container.ContainerEvent.CALL_BROKE;
import static dev.berth.container.ContainerEvent.CALL_KEPT;
import static dev.berth.container.ContainerEvent.CREATED;
import static dev.berth.container.ContainerEvent.EXITED;
import static dev.berth.container.ContainerEvent.FREEZE_DUE;
import static dev.berth.container.ContainerEvent.LAUNCH;
import static dev.berth.container.ContainerEvent.LAUNCH_BROKE;
import static dev.berth.container.ContainerEvent.LEASED;
import static dev.berth.container.ContainerEvent.LEAVE_ASKED;
import static dev.berth.container.ContainerEvent.LEAVE_FAILED;
import static dev.berth.container.ContainerEvent.LEFT;
import static dev.berth.container.ContainerEvent.PAUSE_DONE;
import static dev.berth.container.ContainerEvent.PAUSE_FAILED;
import static dev.berth.container.ContainerEvent.PAUSE_UNSUPPORTED;
import static dev.berth.container.ContainerEvent.PREPARED;
import static dev.berth.container.ContainerEvent.PULLED;
import static dev.berth.container.ContainerEvent.READY;
import static dev.berth.container.ContainerEvent.REMOVED;
import static dev.berth.container.ContainerEvent.REMOVE_ASKED;
import static dev.berth.container.ContainerEvent.REMOVE_FAILED;
import static dev.berth.container.ContainerEvent.RESUME_DONE;
import static dev.berth.container.ContainerEvent.RESUME_FAILED;
import static dev.berth.container.ContainerEvent.RETRY_DUE;
import static dev.berth.container.ContainerEvent.STARTED;
import static dev.berth.container.ContainerEvent.WAKE_ASKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Lives of containers, told event by event. Together they travel every row of the table. */
final class ContainerLifecycleTest {
    private static final Set<Row> TRAVELLED = new HashSet<>();

    private static final List<ContainerEvent> TO_IDLE = List.of(LAUNCH, PULLED, PREPARED, CREATED, STARTED, READY);

    private final List<ContainerEffect> effects = new ArrayList<>();
    private final ContainerLifecycle lifecycle = new ContainerLifecycle("c", new LifecycleObserver() {
        @Override
        public void moved(String containerId, Row row) {
            TRAVELLED.add(row);
        }

        @Override
        public void unlisted(String containerId, ContainerState state, ContainerEvent event, List<Row> history) {
            throw new IllegalStateException(state + " × " + event + " after " + history);
        }
    });

    @AfterAll
    static void everyRowWasTravelled() {
        assertThat(TRAVELLED).containsAll(ContainerLifecycle.TABLE.rows());
    }

    private ContainerLifecycleTest after(List<ContainerEvent> begin, ContainerEvent... more) {
        begin.forEach(lifecycle::fire);
        effects.clear();
        return after(more);
    }

    private ContainerLifecycleTest after(ContainerEvent... events) {
        for (ContainerEvent event : events) {
            effects.addAll(lifecycle.fire(event));
        }
        return this;
    }

    private void expect(ContainerState state, ContainerEffect... all) {
        assertThat(lifecycle.state()).isEqualTo(state);
        assertThat(effects).containsExactly(all);
        effects.clear();
    }

    private static ContainerLifecycleTest another() {
        return new ContainerLifecycleTest();
    }

    private void removesAndIsGone() {
        assertThat(lifecycle.state()).isEqualTo(ContainerState.REMOVING);
        effects.clear();
        after(REMOVE_ASKED, EXITED, REMOVE_FAILED).expect(ContainerState.REMOVING, ContainerEffect.RETRY_LATER);
        after(RETRY_DUE).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        after(REMOVED).expect(ContainerState.GONE, ContainerEffect.REPORT_GONE);
    }

    @Test
    void aLaunchGoesStepByStepToReady() {
        after(TO_IDLE.subList(0, 1))
                .after(PULLED, PREPARED, CREATED, STARTED, READY)
                .expect(
                        ContainerState.IDLE,
                        ContainerEffect.PREPARE,
                        ContainerEffect.CREATE,
                        ContainerEffect.START,
                        ContainerEffect.AWAIT_READY,
                        ContainerEffect.REPORT_READY,
                        ContainerEffect.AWAIT_FREEZE);
    }

    @Test
    void aLaunchThatBreaksAtAnyStepFailsAndIsRemoved() {
        for (int steps = 1; steps < TO_IDLE.size(); steps++) {
            ContainerLifecycleTest broken = another().after(TO_IDLE.subList(0, steps), LAUNCH_BROKE);
            broken.expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
            broken.removesAndIsGone();
        }
    }

    @Test
    void aRemovalOfALaunchWaitsForTheStepThatIsUnderWay() {
        another()
                .after(TO_IDLE.subList(0, 1), REMOVE_ASKED)
                .expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
        for (int steps = 2; steps <= 4; steps++) {
            for (ContainerEvent end : List.of(TO_IDLE.get(steps), LAUNCH_BROKE)) {
                ContainerLifecycleTest removed = another().after(TO_IDLE.subList(0, steps), REMOVE_ASKED);
                removed.expect(ContainerState.ENDING, ContainerEffect.FAIL_LAUNCH);
                removed.after(REMOVE_ASKED, EXITED).expect(ContainerState.ENDING);
                removed.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
                removed.removesAndIsGone();
            }
        }
        another()
                .after(TO_IDLE.subList(0, 5), REMOVE_ASKED)
                .expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
    }

    @Test
    void aFrozenContainerIsWokenForACallThatIsOnItsWay() {
        after(TO_IDLE, FREEZE_DUE, PAUSE_DONE);
        effects.clear();
        after(WAKE_ASKED).expect(ContainerState.THAWING, ContainerEffect.RESUME);
        after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RUN_CALL);
    }

    @Test
    void anIdleContainerIsFrozenAndLeft() {
        after(TO_IDLE, LEAVE_ASKED).expect(ContainerState.PAUSING_TO_LEAVE, ContainerEffect.PAUSE);
        after(PAUSE_DONE).expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
        after(LEFT).expect(ContainerState.GONE, ContainerEffect.REPORT_GONE);
        another()
                .after(with(TO_IDLE, FREEZE_DUE), LEAVE_ASKED, PAUSE_DONE)
                .expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
        another()
                .after(with(TO_IDLE, FREEZE_DUE, PAUSE_DONE), LEAVE_ASKED)
                .expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
    }

    @Test
    void whatCannotBeLeftIsRemoved() {
        List<ContainerEvent> pausing = with(TO_IDLE, LEAVE_ASKED);
        List<ContainerEvent> leaving = with(pausing, PAUSE_DONE);
        for (ContainerEvent failure : List.of(PAUSE_FAILED, PAUSE_UNSUPPORTED)) {
            another().after(pausing, failure).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
        another().after(leaving, LEAVE_FAILED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        for (ContainerEvent end : List.of(EXITED, REMOVE_ASKED)) {
            another().after(pausing, end).expect(ContainerState.ENDING);
            for (ContainerEvent outcome : List.of(LEFT, LEAVE_FAILED)) {
                ContainerLifecycleTest ended = another().after(leaving, end, LEAVE_ASKED);
                ended.expect(ContainerState.ENDING);
                ended.after(outcome).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
                ended.after(LEAVE_ASKED).expect(ContainerState.REMOVING);
                ended.removesAndIsGone();
            }
        }
        another()
                .after(with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, WAKE_ASKED), LEAVE_ASKED)
                .expect(ContainerState.ENDING);
    }

    @Test
    void aContainerThatWasLeftIsTakenOver() {
        after(ADOPT).expect(ContainerState.ADOPTING, ContainerEffect.TAKE_OVER);
        after(ADOPTED).expect(ContainerState.PAUSED, ContainerEffect.REPORT_ADOPTED);
        after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        another().after(List.of(ADOPT), ADOPT_FAILED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        for (ContainerEvent outcome : List.of(ADOPTED, ADOPT_FAILED)) {
            another()
                    .after(List.of(ADOPT, REMOVE_ASKED), outcome)
                    .expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
    }

    @Test
    void callsComeAndGo() {
        after(TO_IDLE, LEASED).expect(ContainerState.BUSY, ContainerEffect.RUN_CALL);
        after(CALL_KEPT).expect(ContainerState.IDLE, ContainerEffect.RELEASE, ContainerEffect.AWAIT_FREEZE);
        after(LEASED, CALL_BROKE)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        removesAndIsGone();
    }

    @Test
    void anExitOrARemovalDuringACallBreaksIt() {
        another()
                .after(TO_IDLE, LEASED, EXITED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        another()
                .after(TO_IDLE, LEASED, REMOVE_ASKED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REMOVE);
    }

    @Test
    void anIdleContainerIsRemovedOnRequestAndWhenItExits() {
        another().after(TO_IDLE, REMOVE_ASKED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        another()
                .after(TO_IDLE, EXITED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
    }

    @Test
    void anIdleContainerFreezesAndThawsForACall() {
        after(TO_IDLE, FREEZE_DUE).expect(ContainerState.PAUSING, ContainerEffect.PAUSE);
        after(PAUSE_DONE).expect(ContainerState.PAUSED, ContainerEffect.REPORT_PAUSED);
        after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        after(RESUME_DONE).expect(ContainerState.BUSY);
    }

    @Test
    void aCallMayBeOverBeforeTheContainerIsSaidToBeThawed() {
        after(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED, CALL_KEPT);
        effects.clear();
        after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RUN_CALL);
        after(CALL_KEPT).expect(ContainerState.THAWING, ContainerEffect.RELEASE);
        after(RESUME_DONE).expect(ContainerState.IDLE, ContainerEffect.AWAIT_FREEZE);
    }

    @Test
    void aCallThatComesWhileFreezingIsKeptUntilThatIsOver() {
        List<ContainerEvent> held = with(TO_IDLE, FREEZE_DUE, LEASED);
        another().after(held).expect(ContainerState.PAUSING_LEASED);
        another()
                .after(held, PAUSE_DONE)
                .expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        another()
                .after(held, PAUSE_UNSUPPORTED)
                .expect(ContainerState.BUSY, ContainerEffect.STOP_PAUSING, ContainerEffect.RUN_CALL);
        another().after(held, CALL_KEPT).expect(ContainerState.PAUSING, ContainerEffect.RELEASE);
        another()
                .after(held, PAUSE_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RETURN_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        another()
                .after(held, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.RETURN_CALL, ContainerEffect.REPORT_ENDING);
        another().after(held, REMOVE_ASKED).expect(ContainerState.ENDING, ContainerEffect.RETURN_CALL);
    }

    @Test
    void aPauseThatFailsEndsTheContainerUnlessPausingIsUnsupported() {
        another()
                .after(TO_IDLE, FREEZE_DUE, PAUSE_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.PAUSE,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        another()
                .after(TO_IDLE, FREEZE_DUE, PAUSE_UNSUPPORTED)
                .expect(ContainerState.IDLE, ContainerEffect.PAUSE, ContainerEffect.STOP_PAUSING);
    }

    @Test
    void aRemovalOrExitWhileFreezingWaitsForThePause() {
        for (ContainerEvent end : List.of(PAUSE_DONE, PAUSE_FAILED, PAUSE_UNSUPPORTED)) {
            ContainerLifecycleTest removed = another().after(TO_IDLE, FREEZE_DUE, REMOVE_ASKED);
            removed.expect(ContainerState.ENDING, ContainerEffect.PAUSE);
            removed.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
        another()
                .after(TO_IDLE, FREEZE_DUE, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.PAUSE, ContainerEffect.REPORT_ENDING);
    }

    @Test
    void aFrozenContainerIsRemovedAsItIs() {
        List<ContainerEvent> paused = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE);
        another().after(paused, REMOVE_ASKED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        another()
                .after(paused, EXITED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
    }

    @Test
    void whateverEndsAContainerThatThawsForACallEndsTheCallFirst() {
        List<ContainerEvent> resuming = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED);
        another()
                .after(resuming, RESUME_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        another()
                .after(resuming, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.BREAK_CALL, ContainerEffect.REPORT_ENDING);
        another().after(resuming, REMOVE_ASKED).expect(ContainerState.ENDING, ContainerEffect.BREAK_CALL);
        for (ContainerEvent end : List.of(RESUME_DONE, RESUME_FAILED)) {
            ContainerLifecycleTest broke = another().after(resuming, CALL_BROKE);
            broke.expect(ContainerState.ENDING, ContainerEffect.REPORT_ENDING);
            broke.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
    }

    @Test
    void whateverEndsAContainerThatThawsWithoutACallWaitsForTheResume() {
        List<ContainerEvent> thawing = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED, CALL_KEPT);
        another()
                .after(thawing, RESUME_FAILED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
        another().after(thawing, EXITED).expect(ContainerState.ENDING, ContainerEffect.REPORT_ENDING);
        another().after(thawing, REMOVE_ASKED).expect(ContainerState.ENDING);
    }

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
        TO_IDLE.forEach(lifecycle::fire);
        for (int i = 0; i < 10; i++) {
            after(LEASED, CALL_KEPT);
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

    private static List<ContainerEvent> with(List<ContainerEvent> begin, ContainerEvent... more) {
        List<ContainerEvent> all = new ArrayList<>(begin);
        all.addAll(List.of(more));
        return all;
    }
}
