package dev.berth.worker;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RegistryMessage;
import dev.berth.bus.RunCall;
import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.container.ContainerEffect;
import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerLifecycle;
import dev.berth.container.ContainerState;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container: carries out what its {@link ContainerLifecycle} asks for and brings it what happens.
 *
 * <p>Invariants: the registry hears exactly one of ready and launch-failed, and of the end exactly once, when
 * nothing of the container is left. Nothing more is asked of the engine while it is at work on the container.
 * Confined to the worker's context.
 */
final class HotContainer implements ActiveCall.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(HotContainer.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final LaunchContainer launch;
    private final WorkerPorts ports;
    private final Links links;
    private final ContainerLifecycle lifecycle;
    private final ContainerAssembly assembly;
    private final Alarm alarm;
    private final Queue<Runnable> waiting = new ArrayDeque<>(2);
    private boolean inTurn;
    private @Nullable FunctionExchange exchange;
    private @Nullable ActiveCall call;
    private RunnerException launchError = ErrorCode.SERVER_BUSY.exception();
    private @Nullable String endReason;
    private long lease;
    private Duration retryAfter = FIRST_RETRY;

    /**
     * What a container needs of its worker.
     *
     * @param gone called when nothing of a container is left
     */
    record Links(Context context, HttpClientAgent client, RegistryLink registry, Consumer<HotContainer> gone) {}

    HotContainer(LaunchContainer launch, WorkerPorts ports, Links links) {
        this.launch = launch;
        this.ports = ports;
        this.links = links;
        this.lifecycle = new ContainerLifecycle(launch.containerId(), ports.observer());
        this.assembly = new ContainerAssembly(launch.containerId(), launch.spec(), ports, links.context());
        this.alarm = new Alarm(links.context().owner(), this::due);
    }

    String id() {
        return launch.containerId();
    }

    ContainerState state() {
        return lifecycle.state();
    }

    void launch() {
        fire(ContainerEvent.LAUNCH);
    }

    /** Removes the container, at whatever stage it is. Idempotent. */
    void remove(String reason) {
        if (state() != ContainerState.GONE) {
            because(reason);
            fire(ContainerEvent.REMOVE_ASKED);
        }
    }

    /**
     * Runs a call.
     *
     * @return false if the container does not take it: it is ending, busy, or the lease is an old one
     */
    boolean run(FrameStream stream, RunCall run) {
        if (!state().takesLease() || run.lease() <= lease) {
            return false;
        }
        lease = run.lease();
        long left = nanosUntil(run.request().deadline());
        if (left <= 0) {
            stream.finish(new CallEnd(ErrorCode.CALL_TIMEOUT.exception()));
            links.registry().tell(new RegistryMessage.ContainerReleased(id(), lease));
            return true;
        }
        ActiveCall accepted = new ActiveCall(stream, run, this);
        call = accepted;
        stream.failureHandler(gone -> cancelled(accepted));
        alarm.set(Alarm.Slot.DEADLINE, left);
        fire(ContainerEvent.LEASED);
        return true;
    }

    @Override
    public void callOver(ActiveCall ended, boolean keep) {
        turn(() -> {
            if (call == ended) {
                call = null;
                alarm.clear(Alarm.Slot.DEADLINE);
                if (!keep) {
                    because("call broke");
                }
                take(keep ? ContainerEvent.CALL_KEPT : ContainerEvent.CALL_BROKE);
            }
        });
    }

    /** The caller has gone. Once the answer's head is out the function has the whole request, and can go on. */
    private void cancelled(ActiveCall accepted) {
        if (!accepted.over()) {
            LOG.atDebug()
                    .addKeyValue("containerId", id())
                    .addKeyValue("callId", accepted.request().callId())
                    .log("call cancelled");
            boolean usable = breakOff(accepted);
            accepted.abandon(usable && (accepted.answered() || !accepted.begun()));
        }
    }

    private void due(Alarm.Slot slot) {
        switch (slot) {
            case START -> initBroke(ErrorCode.INIT_TIMEOUT.exception());
            case FREEZE -> {
                if (state() == ContainerState.IDLE) {
                    fire(ContainerEvent.FREEZE_DUE);
                }
            }
            case KEEP_ALIVE -> exchange().idle();
            case DEADLINE -> deadlinePassed();
            case RETRY -> fire(ContainerEvent.RETRY_DUE);
        }
    }

    private void deadlinePassed() {
        ActiveCall late = call;
        if (late != null) {
            boolean usable = breakOff(late);
            late.fail(ErrorCode.CALL_TIMEOUT.exception(), usable && !late.begun());
        }
    }

    private boolean breakOff(ActiveCall broken) {
        return !broken.begun() || exchange().abort();
    }

    private void fire(ContainerEvent event) {
        turn(() -> take(event));
    }

    /** One event at a time: what an effect brings about at once waits until all effects are done. */
    private void turn(Runnable step) {
        if (inTurn) {
            waiting.add(step);
            return;
        }
        inTurn = true;
        try {
            for (Runnable next = step; next != null; next = waiting.poll()) {
                next.run();
            }
        } finally {
            inTurn = false;
        }
    }

    /** Only within a turn. */
    private void take(ContainerEvent event) {
        for (ContainerEffect effect : lifecycle.fire(event)) {
            perform(effect);
        }
    }

    private void perform(ContainerEffect effect) {
        switch (effect) {
            case PULL -> pull();
            case PREPARE -> step(assembly.prepare(), ContainerEvent.PREPARED);
            case CREATE -> step(assembly.create(), ContainerEvent.CREATED);
            case START -> step(assembly.start(), ContainerEvent.STARTED);
            case AWAIT_SOCKET -> awaitSocket();
            case REPORT_READY -> links.registry().tell(new RegistryMessage.ContainerReady(id(), assembly.timings()));
            case FAIL_LAUNCH -> failLaunch();
            case RUN_CALL -> Objects.requireNonNull(call).begin(exchange());
            case RELEASE -> links.registry().tell(new RegistryMessage.ContainerReleased(id(), lease));
            case RETURN_CALL, BREAK_CALL -> breakCall();
            case PAUSE -> pause();
            case STOP_PAUSING -> LOG.atDebug().addKeyValue("containerId", id()).log("container runs on unfrozen");
            case REPORT_PAUSED -> links.registry().tell(new RegistryMessage.ContainerPaused(id(), true));
            case RESUME -> resume();
            case AWAIT_FREEZE -> awaitFreeze();
            case REPORT_ENDING -> links.registry().tell(new RegistryMessage.ContainerEnding(id()));
            case REMOVE -> removeAll();
            case RETRY_LATER -> retryLater();
            case REPORT_GONE -> gone();
        }
    }

    private void pull() {
        assembly.pull().onComplete(pulled -> {
            // A removal does not wait for a pull, which may take minutes and is shared with others.
            if (state() == ContainerState.PULLING) {
                stepOver(pulled, ContainerEvent.PULLED);
            }
        });
    }

    private void step(Future<?> work, ContainerEvent done) {
        work.onComplete(result -> stepOver(result, done));
    }

    private void stepOver(AsyncResult<?> result, ContainerEvent done) {
        if (result.failed()) {
            launchError = RunnerException.of(result.cause());
            fire(ContainerEvent.LAUNCH_BROKE);
        } else {
            fire(done);
        }
    }

    private void awaitSocket() {
        alarm.set(Alarm.Slot.START, ports.config().startTimeout().toNanos());
        assembly.exit().onComplete(this::exited);
        assembly.socketReady()
                .onComplete(ready -> turn(() -> {
                    if (state() != ContainerState.INITIALIZING) {
                        return;
                    }
                    if (ready.succeeded()) {
                        assembly.initOver();
                        exchange = new FunctionConnection(links.client(), assembly.socket(), ports.config(), alarm);
                        take(ContainerEvent.READY);
                    } else {
                        breakLaunch(RunnerException.of(ready.cause()));
                    }
                }));
    }

    private void initBroke(RunnerException error) {
        turn(() -> {
            if (state() == ContainerState.INITIALIZING) {
                breakLaunch(error);
            }
        });
    }

    private void breakLaunch(RunnerException error) {
        assembly.initOver();
        launchError = error;
        take(ContainerEvent.LAUNCH_BROKE);
    }

    private void exited(AsyncResult<ExitStatus> exit) {
        turn(() -> {
            if (state() == ContainerState.INITIALIZING) {
                LOG.atInfo()
                        .addKeyValue("containerId", id())
                        .addKeyValue("exit", exit.result())
                        .log("exited early");
                breakLaunch(ErrorCode.INIT_FAILED.exception());
            } else if (state() != ContainerState.GONE) {
                because("exited " + (exit.succeeded() ? exit.result() : exit.cause()));
                take(ContainerEvent.EXITED);
            }
        });
    }

    private void failLaunch() {
        LOG.atInfo()
                .addKeyValue("containerId", id())
                .addKeyValue("image", launch.spec().image())
                .addKeyValue("callId", launch.causeCallId())
                .addKeyValue("errorCode", launchError.code())
                .addKeyValue("error", launchError.getMessage())
                .log("container launch failed");
        links.registry().tell(new RegistryMessage.LaunchFailed(id(), launchError, assembly.timings()));
    }

    /** Ends the call under way because the container cannot go on. */
    private void breakCall() {
        ActiveCall broken = call;
        call = null;
        alarm.clear(Alarm.Slot.DEADLINE);
        if (broken != null) {
            breakOff(broken);
            broken.finish((broken.sent() ? ErrorCode.RESPONSE_BROKEN : ErrorCode.SLOT_GONE).exception());
        }
    }

    private void awaitFreeze() {
        Duration grace = ports.config().freezeIdle();
        if (grace.isNegative() || !ports.freeze().on()) {
            return;
        }
        if (grace.isZero()) {
            fire(ContainerEvent.FREEZE_DUE);
        } else {
            alarm.set(Alarm.Slot.FREEZE, grace.toNanos());
        }
    }

    private void pause() {
        exchange().suspend();
        assembly.pause().onComplete(paused -> {
            if (paused.succeeded()) {
                fire(ContainerEvent.PAUSE_DONE);
            } else if (RunnerException.of(paused.cause()).code() == ErrorCode.PAUSE_UNSUPPORTED) {
                ports.freeze().turnOff(String.valueOf(paused.cause().getMessage()));
                fire(ContainerEvent.PAUSE_UNSUPPORTED);
            } else {
                because("pause failed: " + paused.cause().getMessage());
                fire(ContainerEvent.PAUSE_FAILED);
            }
        });
    }

    private void resume() {
        links.registry().tell(new RegistryMessage.ContainerPaused(id(), false));
        assembly.resume().onComplete(resumed -> {
            if (resumed.failed()) {
                because("resume failed: " + resumed.cause().getMessage());
            }
            fire(resumed.succeeded() ? ContainerEvent.RESUME_DONE : ContainerEvent.RESUME_FAILED);
        });
    }

    /** Notes why the container ends; the first reason counts. */
    private void because(String reason) {
        if (endReason == null) {
            endReason = reason;
            LOG.atInfo()
                    .addKeyValue("containerId", id())
                    .addKeyValue("reason", reason)
                    .log("container ending");
        }
    }

    private void removeAll() {
        for (Alarm.Slot slot : Alarm.Slot.values()) {
            alarm.clear(slot);
        }
        if (exchange != null) {
            exchange.close();
        }
        assembly.remove().onComplete(removed -> {
            if (removed.failed()) {
                LOG.atWarn()
                        .addKeyValue("containerId", id())
                        .addKeyValue("retryAfter", retryAfter)
                        .setCause(removed.cause())
                        .log("container cannot be removed; its capacity stays taken");
            }
            fire(removed.succeeded() ? ContainerEvent.REMOVED : ContainerEvent.REMOVE_FAILED);
        });
    }

    private void retryLater() {
        alarm.set(Alarm.Slot.RETRY, retryAfter.toNanos());
        Duration doubled = retryAfter.multipliedBy(2);
        retryAfter = doubled.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : doubled;
    }

    private void gone() {
        alarm.close();
        links.registry().tell(new RegistryMessage.ContainerGone(id()));
        links.gone().accept(this);
    }

    private FunctionExchange exchange() {
        return Objects.requireNonNull(exchange, "not ready yet");
    }

    private static long nanosUntil(Instant deadline) {
        return TimeUnit.MILLISECONDS.toNanos(deadline.toEpochMilli() - System.currentTimeMillis());
    }
}
