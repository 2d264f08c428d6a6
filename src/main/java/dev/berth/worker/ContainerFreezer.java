package dev.berth.worker;

import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerLifecycle;
import dev.berth.container.ContainerState;
import dev.berth.container.EndReason;
import dev.berth.container.LifecycleObserver.Frozen;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.ContainerFate;
import java.time.Duration;
import java.util.function.Consumer;

/** Freezes and thaws one container, and brings its lifecycle the outcomes. Confined to the worker's context. */
final class ContainerFreezer {
    /** Between attempts to thaw, while a file descriptor of the runner's is wanting for it. */
    private static final long RETRY_MILLIS = 100;

    private final WorkerParts parts;
    private final ContainerAssembly assembly;
    private final ContainerReports reports;
    private final Alarm alarm;
    private final ContainerLifecycle lifecycle;
    private final ExitAccount account;
    private final Consumer<ContainerEvent> events;
    private long asked;
    private long woken;

    ContainerFreezer(
            WorkerParts parts,
            ContainerAssembly assembly,
            ContainerReports reports,
            Alarm alarm,
            ContainerLifecycle lifecycle,
            ExitAccount account,
            Consumer<ContainerEvent> events) {
        this.parts = parts;
        this.assembly = assembly;
        this.reports = reports;
        this.alarm = alarm;
        this.lifecycle = lifecycle;
        this.account = account;
        this.events = events;
    }

    /** The container has become idle: freeze it once the grace is over, if nothing happens before. */
    void await() {
        Duration grace = parts.config().freezeIdle();
        if (grace.isNegative() || !parts.freeze().on()) {
            return;
        }
        if (grace.isZero()) {
            events.accept(ContainerEvent.FREEZE_DUE);
        } else {
            alarm.set(Alarm.Slot.FREEZE, grace.toNanos());
        }
    }

    /** Whether a container that is awake stays so for a while. */
    boolean lasts() {
        return !parts.config().freezeIdle().isZero();
    }

    void pause() {
        assembly.pause().onComplete(paused -> {
            if (paused.succeeded()) {
                reports.frozen(Frozen.DONE);
                events.accept(ContainerEvent.PAUSE_DONE);
            } else {
                notPaused(RunnerException.of(paused.cause()));
            }
        });
    }

    private void notPaused(RunnerException why) {
        switch (why.code()) {
            case PAUSE_UNSUPPORTED -> {
                reports.frozen(Frozen.UNSUPPORTED);
                parts.freeze().turnOff(String.valueOf(why.getMessage()));
                events.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            }
            // A ready container is the more worth while no other can be started.
            case ENGINE_GONE, SERVER_BUSY -> {
                reports.frozen(Frozen.FAILED);
                events.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            }
            default -> {
                reports.frozen(Frozen.FAILED);
                reports.fate(ContainerFate.of(ContainerFate.Kind.FREEZER));
                reports.because(EndReason.FREEZER, "pause failed: " + why.getMessage());
                events.accept(ContainerEvent.PAUSE_FAILED);
            }
        }
    }

    void resume() {
        asked = System.nanoTime();
        woken = 0;
        reports.paused(false);
        thaw();
    }

    private void thaw() {
        assembly.resume().onComplete(resumed -> {
            if (resumed.succeeded()) {
                woken = System.nanoTime();
                reports.woken(woken - asked);
                events.accept(ContainerEvent.RESUME_DONE);
            } else {
                notResumed(RunnerException.of(resumed.cause()));
            }
        });
    }

    /** How long it took to wake the container last, or takes by now. */
    long wakeNanos() {
        return (woken == 0 ? System.nanoTime() : woken) - asked;
    }

    /** One that is to be removed is removed frozen. */
    private void notResumed(RunnerException why) {
        if (why.code() == ErrorCode.SERVER_BUSY && lifecycle.state() != ContainerState.ENDING) {
            assembly.timer(RETRY_MILLIS).onSuccess(due -> thaw());
        } else {
            boolean gone = why.code() == ErrorCode.SLOT_GONE;
            reports.fate(gone ? account.ofNobody() : ContainerFate.of(ContainerFate.Kind.FREEZER));
            reports.because(EndReason.FREEZER, "resume failed: " + why.getMessage());
            events.accept(ContainerEvent.RESUME_FAILED);
        }
    }
}
