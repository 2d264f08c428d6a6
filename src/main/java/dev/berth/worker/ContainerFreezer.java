package dev.berth.worker;

import dev.berth.container.ContainerEvent;
import dev.berth.container.EndReason;
import dev.berth.container.LifecycleObserver.Frozen;
import dev.berth.error.RunnerException;
import java.time.Duration;
import java.util.function.Consumer;

/** Freezes and thaws one container, and brings its lifecycle the outcomes. Confined to the worker's context. */
final class ContainerFreezer {
    private final WorkerPorts ports;
    private final ContainerAssembly assembly;
    private final ContainerReports reports;
    private final Alarm alarm;
    private final Consumer<ContainerEvent> lifecycle;

    ContainerFreezer(
            WorkerPorts ports,
            ContainerAssembly assembly,
            ContainerReports reports,
            Alarm alarm,
            Consumer<ContainerEvent> lifecycle) {
        this.ports = ports;
        this.assembly = assembly;
        this.reports = reports;
        this.alarm = alarm;
        this.lifecycle = lifecycle;
    }

    /** The container has become idle: freeze it once the grace is over, if nothing happens before. */
    void await() {
        Duration grace = ports.config().freezeIdle();
        if (grace.isNegative() || !ports.freeze().on()) {
            return;
        }
        if (grace.isZero()) {
            lifecycle.accept(ContainerEvent.FREEZE_DUE);
        } else {
            alarm.set(Alarm.Slot.FREEZE, grace.toNanos());
        }
    }

    void pause() {
        assembly.pause().onComplete(paused -> {
            if (paused.succeeded()) {
                reports.frozen(Frozen.DONE);
                lifecycle.accept(ContainerEvent.PAUSE_DONE);
            } else {
                notPaused(RunnerException.of(paused.cause()));
            }
        });
    }

    private void notPaused(RunnerException why) {
        switch (why.code()) {
            case PAUSE_UNSUPPORTED -> {
                reports.frozen(Frozen.UNSUPPORTED);
                ports.freeze().turnOff(String.valueOf(why.getMessage()));
                lifecycle.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            }
            // A ready container is the more worth while no other can be started.
            case ENGINE_GONE -> {
                reports.frozen(Frozen.FAILED);
                lifecycle.accept(ContainerEvent.PAUSE_UNSUPPORTED);
            }
            default -> {
                reports.frozen(Frozen.FAILED);
                reports.because(EndReason.FREEZER, "pause failed: " + why.getMessage());
                lifecycle.accept(ContainerEvent.PAUSE_FAILED);
            }
        }
    }

    void resume() {
        long asked = System.nanoTime();
        reports.paused(false);
        assembly.resume().onComplete(resumed -> {
            if (resumed.succeeded()) {
                reports.woken(System.nanoTime() - asked);
                lifecycle.accept(ContainerEvent.RESUME_DONE);
            } else {
                reports.because(
                        EndReason.FREEZER, "resume failed: " + resumed.cause().getMessage());
                lifecycle.accept(ContainerEvent.RESUME_FAILED);
            }
        });
    }
}
