package dev.berth.worker;

import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerLifecycle;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.time.Duration;
import java.util.function.Consumer;

/** Freezes and thaws one container, and brings its lifecycle the outcomes. Confined to the worker's context. */
final class ContainerFreezer {
    /** Between attempts to thaw, while a file descriptor of the runner's is wanting for it. */
    private static final long RETRY_MILLIS = 100;

    private final WorkerPorts ports;
    private final ContainerAssembly assembly;
    private final ContainerReports reports;
    private final Alarm alarm;
    private final ContainerLifecycle lifecycle;
    private final Consumer<ContainerEvent> events;

    ContainerFreezer(
            WorkerPorts ports,
            ContainerAssembly assembly,
            ContainerReports reports,
            Alarm alarm,
            ContainerLifecycle lifecycle,
            Consumer<ContainerEvent> events) {
        this.ports = ports;
        this.assembly = assembly;
        this.reports = reports;
        this.alarm = alarm;
        this.lifecycle = lifecycle;
        this.events = events;
    }

    /** The container has become idle: freeze it once the grace is over, if nothing happens before. */
    void await() {
        Duration grace = ports.config().freezeIdle();
        if (grace.isNegative() || !ports.freeze().on()) {
            return;
        }
        if (grace.isZero()) {
            events.accept(ContainerEvent.FREEZE_DUE);
        } else {
            alarm.set(Alarm.Slot.FREEZE, grace.toNanos());
        }
    }

    void pause() {
        assembly.pause().onComplete(paused -> {
            if (paused.succeeded()) {
                events.accept(ContainerEvent.PAUSE_DONE);
            } else {
                notPaused(RunnerException.of(paused.cause()));
            }
        });
    }

    private void notPaused(RunnerException why) {
        switch (why.code()) {
            case PAUSE_UNSUPPORTED -> {
                ports.freeze().turnOff(String.valueOf(why.getMessage()));
                events.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            }
            // A ready container is the more worth while no other can be started.
            case ENGINE_GONE, SERVER_BUSY -> events.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            default -> {
                reports.because("pause failed: " + why.getMessage());
                events.accept(ContainerEvent.PAUSE_FAILED);
            }
        }
    }

    void resume() {
        reports.paused(false);
        thaw();
    }

    private void thaw() {
        assembly.resume().onComplete(resumed -> {
            if (resumed.succeeded()) {
                events.accept(ContainerEvent.RESUME_DONE);
            } else {
                notResumed(RunnerException.of(resumed.cause()));
            }
        });
    }

    /** One that is to be removed is removed frozen. */
    private void notResumed(RunnerException why) {
        if (why.code() == ErrorCode.SERVER_BUSY && lifecycle.state() != ContainerState.ENDING) {
            assembly.timer(RETRY_MILLIS).onSuccess(due -> thaw());
        } else {
            reports.because("resume failed: " + why.getMessage());
            events.accept(ContainerEvent.RESUME_FAILED);
        }
    }
}
