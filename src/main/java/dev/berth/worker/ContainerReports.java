package dev.berth.worker;

import dev.berth.bus.RegistryMessage;
import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.call.ContainerTimings;
import dev.berth.container.EndReason;
import dev.berth.container.LifecycleObserver;
import dev.berth.container.LifecycleObserver.Frozen;
import dev.berth.error.RunnerException;
import dev.berth.why.ContainerFate;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one container tells the registry and the log. */
final class ContainerReports {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerReports.class);

    private final LaunchContainer launch;
    private final RegistryReports registry;
    private final LifecycleObserver observer;
    private @Nullable String endReason;
    private ContainerFate fate = ContainerFate.UNKNOWN;
    private boolean endTold;

    ContainerReports(LaunchContainer launch, RegistryReports registry, LifecycleObserver observer) {
        this.launch = launch;
        this.registry = registry;
        this.observer = observer;
    }

    private String id() {
        return launch.containerId();
    }

    void ready(ContainerTimings timings) {
        observer.ready(timings);
        registry.tell(new RegistryMessage.ContainerReady(id(), timings));
    }

    void adopted(LeftContainer left, int worker) {
        registry.tell(new RegistryMessage.ContainerAdopted(
                id(), worker, left.seal(), left.standIn(), left.sealedSpec(), left.shown()));
    }

    void launchFailed(RunnerException error, ContainerTimings timings) {
        LOG.atInfo()
                .addKeyValue("containerId", id())
                .addKeyValue("image", launch.spec().image())
                .addKeyValue("callId", launch.causeCallId())
                .addKeyValue("errorCode", error.code())
                .addKeyValue("error", error.getMessage())
                .addKeyValue("reason", endReason == null ? "" : endReason)
                .log("container launch failed");
        observer.launchFailed(error.code(), timings);
        if (endReason == null) {
            observer.ending(EndReason.LAUNCH_FAILED);
        }
        registry.tell(new RegistryMessage.LaunchFailed(id(), error, timings));
    }

    void released(long lease) {
        registry.tell(new RegistryMessage.ContainerReleased(id(), lease));
    }

    /** The call of this lease has come. */
    void claimed(long lease) {
        registry.tell(new RegistryMessage.LeaseClaimed(id(), lease));
    }

    /** The call of this lease has not come, and will not run. */
    void returned(long lease) {
        LOG.atWarn()
                .addKeyValue("containerId", id())
                .addKeyValue("lease", lease)
                .log("a lease was not claimed in time");
        registry.tell(new RegistryMessage.ReturnLease(id(), lease));
    }

    void exited(int code) {
        observer.exited(code);
    }

    void frozen(Frozen result) {
        observer.frozen(result);
    }

    void woken(long nanos) {
        observer.woken(nanos);
    }

    void paused(boolean paused) {
        registry.tell(new RegistryMessage.ContainerPaused(id(), paused));
    }

    /** Notes what becomes of the container, for those who ask why the next call had to wait; the first counts. */
    void fate(ContainerFate now) {
        if (fate.kind() == ContainerFate.Kind.UNKNOWN) {
            fate = now;
        }
    }

    /** Notes why the container ends; the first reason counts. */
    void because(EndReason why, String reason) {
        if (endReason == null) {
            endReason = reason;
            observer.ending(why);
            LOG.atInfo()
                    .addKeyValue("containerId", id())
                    .addKeyValue("reason", reason)
                    .log("container ending");
        }
    }

    /** Told once: with the first reason to trust it with no further call, though others may be under way. */
    void ending() {
        if (!endTold) {
            endTold = true;
            registry.tell(new RegistryMessage.ContainerEnding(id(), fate));
        }
    }

    void removeFailed(Throwable failure, Duration retryAfter) {
        LOG.atWarn()
                .addKeyValue("containerId", id())
                .addKeyValue("retryAfter", retryAfter)
                .setCause(failure)
                .log("container cannot be removed; its capacity stays taken");
    }

    void gone() {
        registry.tell(new RegistryMessage.ContainerGone(id()));
    }
}
