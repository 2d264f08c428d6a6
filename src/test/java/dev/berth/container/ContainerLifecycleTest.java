package dev.berth.container;

import static dev.berth.container.ContainerEvent.ADOPT;
import static dev.berth.container.ContainerEvent.ADOPTED;
import static dev.berth.container.ContainerEvent.ADOPT_FAILED;
import static dev.berth.container.ContainerEvent.CALL_BROKE;
import static dev.berth.container.ContainerEvent.CALL_KEPT;
import static dev.berth.container.ContainerEvent.CREATED;
import static dev.berth.container.ContainerEvent.EXITED;
import static dev.berth.container.ContainerEvent.FREEZE_DUE;
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
import static dev.berth.container.ContainerEvent.REMOVE_ASKED;
import static dev.berth.container.ContainerEvent.RESUME_DONE;
import static dev.berth.container.ContainerEvent.RESUME_FAILED;
import static dev.berth.container.ContainerEvent.STARTED;
import static dev.berth.container.ContainerEvent.WAKE_ASKED;
import static dev.berth.container.LifecycleRig.TO_IDLE;
import static dev.berth.container.LifecycleRig.TRAVELLED;
import static dev.berth.container.LifecycleRig.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Lives of containers, told event by event. Together they travel every row of the table. */
final class ContainerLifecycleTest {
    private final LifecycleRig rig = new LifecycleRig();

    @AfterAll
    static void everyRowWasTravelled() {
        assertThat(TRAVELLED).containsAll(ContainerLifecycle.TABLE.rows());
    }

    @Test
    void aLaunchGoesStepByStepToReady() {
        rig.after(TO_IDLE.subList(0, 1))
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
            LifecycleRig broken = new LifecycleRig().after(TO_IDLE.subList(0, steps), LAUNCH_BROKE);
            broken.expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
            broken.removesAndIsGone();
        }
    }

    @Test
    void aRemovalOfALaunchWaitsForTheStepThatIsUnderWay() {
        new LifecycleRig()
                .after(TO_IDLE.subList(0, 1), REMOVE_ASKED)
                .expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
        for (int steps = 2; steps <= 4; steps++) {
            for (ContainerEvent end : List.of(TO_IDLE.get(steps), LAUNCH_BROKE)) {
                LifecycleRig removed = new LifecycleRig().after(TO_IDLE.subList(0, steps), REMOVE_ASKED);
                removed.expect(ContainerState.ENDING, ContainerEffect.FAIL_LAUNCH);
                removed.after(REMOVE_ASKED, EXITED).expect(ContainerState.ENDING);
                removed.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
                removed.removesAndIsGone();
            }
        }
        new LifecycleRig()
                .after(TO_IDLE.subList(0, 5), REMOVE_ASKED)
                .expect(ContainerState.REMOVING, ContainerEffect.FAIL_LAUNCH, ContainerEffect.REMOVE);
    }

    @Test
    void aFrozenContainerIsWokenForACallThatIsOnItsWay() {
        rig.after(TO_IDLE, FREEZE_DUE, PAUSE_DONE);
        rig.effects.clear();
        rig.after(WAKE_ASKED).expect(ContainerState.THAWING, ContainerEffect.RESUME);
        rig.after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RUN_CALL);
    }

    @Test
    void anIdleContainerIsFrozenAndLeft() {
        rig.after(TO_IDLE, LEAVE_ASKED).expect(ContainerState.PAUSING_TO_LEAVE, ContainerEffect.PAUSE);
        rig.after(PAUSE_DONE).expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
        rig.after(LEFT).expect(ContainerState.GONE, ContainerEffect.REPORT_GONE);
        new LifecycleRig()
                .after(with(TO_IDLE, FREEZE_DUE), LEAVE_ASKED, PAUSE_DONE)
                .expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
        new LifecycleRig()
                .after(with(TO_IDLE, FREEZE_DUE, PAUSE_DONE), LEAVE_ASKED)
                .expect(ContainerState.LEAVING, ContainerEffect.LEAVE);
    }

    @Test
    void whatCannotBeLeftIsRemoved() {
        List<ContainerEvent> pausing = with(TO_IDLE, LEAVE_ASKED);
        List<ContainerEvent> leaving = with(pausing, PAUSE_DONE);
        for (ContainerEvent failure : List.of(PAUSE_FAILED, PAUSE_UNSUPPORTED)) {
            new LifecycleRig().after(pausing, failure).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
        new LifecycleRig().after(leaving, LEAVE_FAILED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        for (ContainerEvent end : List.of(EXITED, REMOVE_ASKED)) {
            new LifecycleRig().after(pausing, end).expect(ContainerState.ENDING);
            LifecycleRig ended = new LifecycleRig().after(leaving, end, LEAVE_ASKED);
            ended.expect(ContainerState.ENDING);
            ended.after(LEAVE_FAILED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
            ended.after(LEAVE_ASKED).expect(ContainerState.REMOVING);
            ended.removesAndIsGone();
        }
        new LifecycleRig()
                .after(with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, WAKE_ASKED), LEAVE_ASKED)
                .expect(ContainerState.ENDING);
    }

    /** Another runner may run a call in it by then. */
    @Test
    void whatIsLeftIsNotRemovedEvenIfThatWasAskedForMeanwhile() {
        for (ContainerEvent end : List.of(EXITED, REMOVE_ASKED)) {
            new LifecycleRig()
                    .after(with(TO_IDLE, LEAVE_ASKED, PAUSE_DONE), end, LEFT)
                    .expect(ContainerState.GONE, ContainerEffect.REPORT_GONE);
        }
    }

    @Test
    void aContainerThatWasLeftIsTakenOver() {
        rig.after(ADOPT).expect(ContainerState.ADOPTING, ContainerEffect.TAKE_OVER);
        rig.after(ADOPTED).expect(ContainerState.PAUSED, ContainerEffect.REPORT_ADOPTED);
        rig.after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        new LifecycleRig().after(List.of(ADOPT), ADOPT_FAILED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        for (ContainerEvent outcome : List.of(ADOPTED, ADOPT_FAILED)) {
            new LifecycleRig()
                    .after(List.of(ADOPT, REMOVE_ASKED), outcome)
                    .expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
    }

    @Test
    void callsComeAndGo() {
        rig.after(TO_IDLE, LEASED).expect(ContainerState.BUSY, ContainerEffect.RUN_CALL);
        rig.after(CALL_KEPT).expect(ContainerState.IDLE, ContainerEffect.RELEASE, ContainerEffect.AWAIT_FREEZE);
        rig.after(LEASED, CALL_BROKE)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        rig.removesAndIsGone();
    }

    @Test
    void anExitOrARemovalDuringACallBreaksIt() {
        new LifecycleRig()
                .after(TO_IDLE, LEASED, EXITED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(TO_IDLE, LEASED, REMOVE_ASKED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RUN_CALL,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REMOVE);
    }

    @Test
    void anIdleContainerIsRemovedOnRequestAndWhenItExits() {
        new LifecycleRig().after(TO_IDLE, REMOVE_ASKED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(TO_IDLE, EXITED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
    }

    @Test
    void anIdleContainerFreezesAndThawsForACall() {
        rig.after(TO_IDLE, FREEZE_DUE).expect(ContainerState.PAUSING, ContainerEffect.PAUSE);
        rig.after(PAUSE_DONE).expect(ContainerState.PAUSED, ContainerEffect.REPORT_PAUSED);
        rig.after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        rig.after(RESUME_DONE).expect(ContainerState.BUSY);
    }

    @Test
    void aCallMayBeOverBeforeTheContainerIsSaidToBeThawed() {
        rig.after(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED, CALL_KEPT);
        rig.effects.clear();
        rig.after(LEASED).expect(ContainerState.RESUMING, ContainerEffect.RUN_CALL);
        rig.after(CALL_KEPT).expect(ContainerState.THAWING, ContainerEffect.RELEASE);
        rig.after(RESUME_DONE).expect(ContainerState.IDLE, ContainerEffect.AWAIT_FREEZE);
    }

    @Test
    void aCallThatComesWhileFreezingIsKeptUntilThatIsOver() {
        List<ContainerEvent> held = with(TO_IDLE, FREEZE_DUE, LEASED);
        new LifecycleRig().after(held).expect(ContainerState.PAUSING_LEASED);
        new LifecycleRig()
                .after(held, PAUSE_DONE)
                .expect(ContainerState.RESUMING, ContainerEffect.RESUME, ContainerEffect.RUN_CALL);
        new LifecycleRig()
                .after(held, PAUSE_UNSUPPORTED)
                .expect(ContainerState.BUSY, ContainerEffect.STOP_PAUSING, ContainerEffect.RUN_CALL);
        new LifecycleRig().after(held, CALL_KEPT).expect(ContainerState.PAUSING, ContainerEffect.RELEASE);
        new LifecycleRig()
                .after(held, PAUSE_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.RETURN_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(held, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.RETURN_CALL, ContainerEffect.REPORT_ENDING);
        new LifecycleRig().after(held, REMOVE_ASKED).expect(ContainerState.ENDING, ContainerEffect.RETURN_CALL);
    }

    @Test
    void aPauseThatFailsEndsTheContainerUnlessPausingIsUnsupported() {
        new LifecycleRig()
                .after(TO_IDLE, FREEZE_DUE, PAUSE_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.PAUSE,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(TO_IDLE, FREEZE_DUE, PAUSE_UNSUPPORTED)
                .expect(ContainerState.IDLE, ContainerEffect.PAUSE, ContainerEffect.STOP_PAUSING);
    }

    @Test
    void aRemovalOrExitWhileFreezingWaitsForThePause() {
        for (ContainerEvent end : List.of(PAUSE_DONE, PAUSE_FAILED, PAUSE_UNSUPPORTED)) {
            LifecycleRig removed = new LifecycleRig().after(TO_IDLE, FREEZE_DUE, REMOVE_ASKED);
            removed.expect(ContainerState.ENDING, ContainerEffect.PAUSE);
            removed.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
        new LifecycleRig()
                .after(TO_IDLE, FREEZE_DUE, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.PAUSE, ContainerEffect.REPORT_ENDING);
    }

    @Test
    void aFrozenContainerIsRemovedAsItIs() {
        List<ContainerEvent> paused = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE);
        new LifecycleRig().after(paused, REMOVE_ASKED).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(paused, EXITED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
    }

    @Test
    void whateverEndsAContainerThatThawsForACallEndsTheCallFirst() {
        List<ContainerEvent> resuming = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED);
        new LifecycleRig()
                .after(resuming, RESUME_FAILED)
                .expect(
                        ContainerState.REMOVING,
                        ContainerEffect.BREAK_CALL,
                        ContainerEffect.REPORT_ENDING,
                        ContainerEffect.REMOVE);
        new LifecycleRig()
                .after(resuming, EXITED)
                .expect(ContainerState.ENDING, ContainerEffect.BREAK_CALL, ContainerEffect.REPORT_ENDING);
        new LifecycleRig().after(resuming, REMOVE_ASKED).expect(ContainerState.ENDING, ContainerEffect.BREAK_CALL);
        for (ContainerEvent end : List.of(RESUME_DONE, RESUME_FAILED)) {
            LifecycleRig broke = new LifecycleRig().after(resuming, CALL_BROKE);
            broke.expect(ContainerState.ENDING, ContainerEffect.REPORT_ENDING);
            broke.after(end).expect(ContainerState.REMOVING, ContainerEffect.REMOVE);
        }
    }

    @Test
    void whateverEndsAContainerThatThawsWithoutACallWaitsForTheResume() {
        List<ContainerEvent> thawing = with(TO_IDLE, FREEZE_DUE, PAUSE_DONE, LEASED, CALL_KEPT);
        new LifecycleRig()
                .after(thawing, RESUME_FAILED)
                .expect(ContainerState.REMOVING, ContainerEffect.REPORT_ENDING, ContainerEffect.REMOVE);
        new LifecycleRig().after(thawing, EXITED).expect(ContainerState.ENDING, ContainerEffect.REPORT_ENDING);
        new LifecycleRig().after(thawing, REMOVE_ASKED).expect(ContainerState.ENDING);
    }
}
