package dev.berth.container;

import static dev.berth.container.ContainerEffect.AWAIT_FREEZE;
import static dev.berth.container.ContainerEffect.AWAIT_READY;
import static dev.berth.container.ContainerEffect.BREAK_CALL;
import static dev.berth.container.ContainerEffect.CREATE;
import static dev.berth.container.ContainerEffect.FAIL_LAUNCH;
import static dev.berth.container.ContainerEffect.LEAVE;
import static dev.berth.container.ContainerEffect.PAUSE;
import static dev.berth.container.ContainerEffect.PREPARE;
import static dev.berth.container.ContainerEffect.PULL;
import static dev.berth.container.ContainerEffect.RELEASE;
import static dev.berth.container.ContainerEffect.REMOVE;
import static dev.berth.container.ContainerEffect.REPORT_ADOPTED;
import static dev.berth.container.ContainerEffect.REPORT_ENDING;
import static dev.berth.container.ContainerEffect.REPORT_GONE;
import static dev.berth.container.ContainerEffect.REPORT_PAUSED;
import static dev.berth.container.ContainerEffect.REPORT_READY;
import static dev.berth.container.ContainerEffect.RESUME;
import static dev.berth.container.ContainerEffect.RETRY_LATER;
import static dev.berth.container.ContainerEffect.RETURN_CALL;
import static dev.berth.container.ContainerEffect.RUN_CALL;
import static dev.berth.container.ContainerEffect.START;
import static dev.berth.container.ContainerEffect.STOP_PAUSING;
import static dev.berth.container.ContainerEffect.TAKE_OVER;
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
import static dev.berth.container.ContainerState.ADOPTING;
import static dev.berth.container.ContainerState.BUSY;
import static dev.berth.container.ContainerState.CREATING;
import static dev.berth.container.ContainerState.ENDING;
import static dev.berth.container.ContainerState.GONE;
import static dev.berth.container.ContainerState.IDLE;
import static dev.berth.container.ContainerState.INITIALIZING;
import static dev.berth.container.ContainerState.LEAVING;
import static dev.berth.container.ContainerState.NEW;
import static dev.berth.container.ContainerState.PAUSED;
import static dev.berth.container.ContainerState.PAUSING;
import static dev.berth.container.ContainerState.PAUSING_LEASED;
import static dev.berth.container.ContainerState.PAUSING_TO_LEAVE;
import static dev.berth.container.ContainerState.PREPARING;
import static dev.berth.container.ContainerState.PULLING;
import static dev.berth.container.ContainerState.REMOVING;
import static dev.berth.container.ContainerState.RESUMING;
import static dev.berth.container.ContainerState.STARTING;
import static dev.berth.container.ContainerState.THAWING;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container's life. {@link #fire} is the only place where its state changes. Pure: whoever owns it
 * carries out the effects and brings their outcomes back as events.
 *
 * <p>Three rules are written into the table. A container that breaks before it is ready fails its launch;
 * one that breaks on the way out of a pause hands its call back if the function has seen nothing of it; one
 * that breaks during a call never runs that call again. And while the engine is at work on a container
 * nothing else is asked of the engine: a removal waits in {@code ENDING}. What has been left meanwhile is another runner's,
 * and not removed.
 *
 * <p>Not thread-safe: confined to the owner's context.
 */
public final class ContainerLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerLifecycle.class);
    private static final int HISTORY = 10;

    /** The whole truth about a container's life, in the order of a life. */
    public static final TransitionTable TABLE = new TransitionTable()
            .row(NEW, LAUNCH, PULLING, PULL)
            .row(NEW, ADOPT, ADOPTING, TAKE_OVER)
            .row(PULLING, PULLED, PREPARING, PREPARE)
            .row(PULLING, LAUNCH_BROKE, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(PULLING, REMOVE_ASKED, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(PREPARING, PREPARED, CREATING, CREATE)
            .row(PREPARING, LAUNCH_BROKE, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(PREPARING, REMOVE_ASKED, ENDING, FAIL_LAUNCH)
            .row(CREATING, CREATED, STARTING, START)
            .row(CREATING, LAUNCH_BROKE, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(CREATING, REMOVE_ASKED, ENDING, FAIL_LAUNCH)
            .row(STARTING, STARTED, INITIALIZING, AWAIT_READY)
            .row(STARTING, LAUNCH_BROKE, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(STARTING, REMOVE_ASKED, ENDING, FAIL_LAUNCH)
            .row(INITIALIZING, READY, IDLE, REPORT_READY, AWAIT_FREEZE)
            .row(INITIALIZING, LAUNCH_BROKE, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(INITIALIZING, REMOVE_ASKED, REMOVING, FAIL_LAUNCH, REMOVE)
            .row(IDLE, LEASED, BUSY, RUN_CALL)
            .row(IDLE, FREEZE_DUE, PAUSING, PAUSE)
            .row(IDLE, EXITED, REMOVING, REPORT_ENDING, REMOVE)
            .row(IDLE, REMOVE_ASKED, REMOVING, REMOVE)
            .row(BUSY, CALL_KEPT, IDLE, RELEASE, AWAIT_FREEZE)
            .row(BUSY, CALL_BROKE, REMOVING, REPORT_ENDING, REMOVE)
            .row(BUSY, EXITED, REMOVING, BREAK_CALL, REPORT_ENDING, REMOVE)
            .row(BUSY, REMOVE_ASKED, REMOVING, BREAK_CALL, REMOVE)
            .row(PAUSING, PAUSE_DONE, PAUSED, REPORT_PAUSED)
            .row(PAUSING, PAUSE_FAILED, REMOVING, REPORT_ENDING, REMOVE)
            .row(PAUSING, PAUSE_UNSUPPORTED, IDLE, STOP_PAUSING)
            .row(PAUSING, LEASED, PAUSING_LEASED)
            .row(PAUSING, EXITED, ENDING, REPORT_ENDING)
            .row(PAUSING, REMOVE_ASKED, ENDING)
            .row(PAUSING_LEASED, PAUSE_DONE, RESUMING, RESUME, RUN_CALL)
            .row(PAUSING_LEASED, PAUSE_FAILED, REMOVING, RETURN_CALL, REPORT_ENDING, REMOVE)
            .row(PAUSING_LEASED, PAUSE_UNSUPPORTED, BUSY, STOP_PAUSING, RUN_CALL)
            .row(PAUSING_LEASED, CALL_KEPT, PAUSING, RELEASE)
            .row(PAUSING_LEASED, EXITED, ENDING, RETURN_CALL, REPORT_ENDING)
            .row(PAUSING_LEASED, REMOVE_ASKED, ENDING, RETURN_CALL)
            .row(PAUSED, LEASED, RESUMING, RESUME, RUN_CALL)
            .row(PAUSED, WAKE_ASKED, THAWING, RESUME)
            .row(PAUSED, EXITED, REMOVING, REPORT_ENDING, REMOVE)
            .row(PAUSED, REMOVE_ASKED, REMOVING, REMOVE)
            .row(RESUMING, RESUME_DONE, BUSY)
            .row(RESUMING, RESUME_FAILED, REMOVING, BREAK_CALL, REPORT_ENDING, REMOVE)
            .row(RESUMING, CALL_KEPT, THAWING, RELEASE)
            .row(RESUMING, CALL_BROKE, ENDING, REPORT_ENDING)
            .row(RESUMING, EXITED, ENDING, BREAK_CALL, REPORT_ENDING)
            .row(RESUMING, REMOVE_ASKED, ENDING, BREAK_CALL)
            .row(THAWING, RESUME_DONE, IDLE, AWAIT_FREEZE)
            .row(THAWING, RESUME_FAILED, REMOVING, REPORT_ENDING, REMOVE)
            .row(THAWING, LEASED, RESUMING, RUN_CALL)
            .row(THAWING, EXITED, ENDING, REPORT_ENDING)
            .row(THAWING, REMOVE_ASKED, ENDING)
            .row(ADOPTING, ADOPTED, PAUSED, REPORT_ADOPTED)
            .row(ADOPTING, ADOPT_FAILED, REMOVING, REMOVE)
            .row(ADOPTING, REMOVE_ASKED, ENDING)
            .row(IDLE, LEAVE_ASKED, PAUSING_TO_LEAVE, PAUSE)
            .row(PAUSING, LEAVE_ASKED, PAUSING_TO_LEAVE)
            .row(PAUSED, LEAVE_ASKED, LEAVING, LEAVE)
            .row(THAWING, LEAVE_ASKED, ENDING)
            .row(PAUSING_TO_LEAVE, PAUSE_DONE, LEAVING, LEAVE)
            .row(PAUSING_TO_LEAVE, PAUSE_FAILED, REMOVING, REMOVE)
            .row(PAUSING_TO_LEAVE, PAUSE_UNSUPPORTED, REMOVING, REMOVE)
            .row(PAUSING_TO_LEAVE, EXITED, ENDING)
            .row(PAUSING_TO_LEAVE, REMOVE_ASKED, ENDING)
            .row(LEAVING, LEFT, GONE, REPORT_GONE)
            .row(LEAVING, LEAVE_FAILED, REMOVING, REMOVE)
            .row(LEAVING, EXITED, ENDING)
            .row(LEAVING, REMOVE_ASKED, ENDING)
            .rows(ENDING, List.of(ADOPTED, ADOPT_FAILED, LEAVE_FAILED), REMOVING, REMOVE)
            .row(ENDING, LEFT, GONE, REPORT_GONE)
            .row(ENDING, LEAVE_ASKED, ENDING)
            .row(REMOVING, LEAVE_ASKED, REMOVING)
            .rows(ENDING, List.of(PREPARED, CREATED, STARTED, LAUNCH_BROKE), REMOVING, REMOVE)
            .rows(ENDING, List.of(PAUSE_DONE, PAUSE_FAILED, PAUSE_UNSUPPORTED), REMOVING, REMOVE)
            .rows(ENDING, List.of(RESUME_DONE, RESUME_FAILED), REMOVING, REMOVE)
            .rows(ENDING, List.of(EXITED, REMOVE_ASKED), ENDING)
            .row(REMOVING, REMOVED, GONE, REPORT_GONE)
            .row(REMOVING, REMOVE_FAILED, REMOVING, RETRY_LATER)
            .row(REMOVING, RETRY_DUE, REMOVING, REMOVE)
            .row(REMOVING, EXITED, REMOVING)
            .row(REMOVING, REMOVE_ASKED, REMOVING);

    private final String containerId;
    private final LifecycleObserver observer;
    private final @Nullable Row[] history = new Row[HISTORY];
    private int travelled;
    private ContainerState state = NEW;

    public ContainerLifecycle(String containerId, LifecycleObserver observer) {
        this.containerId = containerId;
        this.observer = observer;
    }

    public ContainerState state() {
        return state;
    }

    /**
     * Takes an event, changes the state, and says what has to be done. An event that the table does not list
     * is a bug: it is logged with the last transitions, and the container is removed.
     */
    public List<ContainerEffect> fire(ContainerEvent event) {
        Row row = TABLE.find(state, event);
        if (row == null) {
            row = bug(event);
        }
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("containerId", containerId)
                    .addKeyValue("from", row.from())
                    .addKeyValue("on", row.on())
                    .addKeyValue("to", row.to())
                    .log("container moved");
        }
        state = row.to();
        history[travelled++ % HISTORY] = row;
        observer.moved(containerId, row);
        return row.effects();
    }

    /** The last transitions, oldest first, ten at most. */
    public List<Row> history() {
        List<Row> rows = new ArrayList<>(HISTORY);
        for (int i = Math.max(0, travelled - HISTORY); i < travelled; i++) {
            Row row = history[i % HISTORY];
            if (row != null) {
                rows.add(row);
            }
        }
        return rows;
    }

    private Row bug(ContainerEvent event) {
        LOG.atError()
                .addKeyValue("containerId", containerId)
                .addKeyValue("state", state)
                .addKeyValue("event", event)
                .addKeyValue("history", history())
                .log("event not listed for this state; removing the container");
        observer.unlisted(containerId, state, event, history());
        if (state == REMOVING || state == GONE) {
            return new Row(state, event, state, List.of());
        }
        List<ContainerEffect> effects =
                state.launching() ? List.of(FAIL_LAUNCH, REMOVE) : List.of(BREAK_CALL, REPORT_ENDING, REMOVE);
        return new Row(state, event, REMOVING, effects);
    }
}
