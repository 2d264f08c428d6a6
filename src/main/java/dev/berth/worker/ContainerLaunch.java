package dev.berth.worker;

import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerState;
import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Brings one container up, a step at a time, until its function can be called, and keeps what the launch failed of.
 * What has come about is told to the owner as an event. Confined to the worker's context.
 */
final class ContainerLaunch {
    private final LaunchContainer order;
    private final WorkerParts parts;
    private final Context context;
    private final FunctionDialer dialer;
    private final ContainerAssembly assembly;
    private final Alarm alarm;
    private final Owner owner;
    private RunnerException error = ErrorCode.SERVER_BUSY.exception();
    private @Nullable FunctionExchange exchange;

    /** The state machine of which this is the beginning. */
    interface Owner {
        ContainerState state();

        /** Runs a step of several once no other runs. */
        void turn(Runnable step);

        /** Only within a turn. */
        void take(ContainerEvent event);

        /** The container runs: its end is to be heard of from now on. */
        void watchExit();
    }

    ContainerLaunch(
            LaunchContainer order,
            WorkerParts parts,
            HotContainer.Host host,
            ContainerAssembly assembly,
            Alarm alarm,
            Owner owner) {
        this.order = order;
        this.parts = parts;
        this.context = host.context();
        this.dialer = host.dialer();
        this.assembly = assembly;
        this.alarm = alarm;
        this.owner = owner;
    }

    /** What it failed of, once it has. */
    RunnerException error() {
        return error;
    }

    /** How the function is spoken to; null: it cannot be yet. */
    @Nullable
    FunctionExchange exchange() {
        return exchange;
    }

    void pull() {
        assembly.pull().onComplete(pulled -> {
            // A removal does not wait for a pull, which may take minutes and is shared with others.
            if (owner.state() == ContainerState.PULLING) {
                stepOver(pulled, ContainerEvent.PULLED);
            }
        });
    }

    void prepare() {
        step(assembly.prepare(), ContainerEvent.PREPARED);
    }

    void create() {
        step(assembly.create(), ContainerEvent.CREATED);
    }

    void start() {
        step(assembly.start(), ContainerEvent.STARTED);
    }

    private void step(Future<?> work, ContainerEvent done) {
        work.onComplete(result -> stepOver(result, done));
    }

    private void stepOver(AsyncResult<?> result, ContainerEvent done) {
        if (result.failed()) {
            error = worded(RunnerException.of(result.cause()));
        }
        owner.turn(() -> owner.take(result.failed() ? ContainerEvent.LAUNCH_BROKE : done));
    }

    /** Not before the container has started. */
    void awaitReady() {
        if (assembly.overSocket()) {
            awaitSocket();
        } else {
            awaitHealth();
        }
    }

    private void awaitHealth() {
        alarm.set(Alarm.Slot.START, parts.config().healthTimeout().toNanos());
        exchange = new StdioFunction(assembly.stdio());
        assembly.healthy().onComplete(this::settled);
        owner.watchExit();
    }

    private void awaitSocket() {
        alarm.set(Alarm.Slot.START, parts.config().startTimeout().toNanos());
        owner.watchExit();
        assembly.socketReady().onComplete(this::settled);
    }

    private void settled(AsyncResult<Void> ready) {
        owner.turn(() -> {
            if (owner.state() != ContainerState.INITIALIZING) {
                return;
            }
            if (ready.failed()) {
                broke(RunnerException.of(ready.cause()));
                return;
            }
            assembly.initOver();
            if (exchange == null) {
                exchange = overSocket(parts.oneShots().watch(order.spec().key()));
            }
            owner.take(ContainerEvent.READY);
        });
    }

    private FunctionExchange overSocket(OneShotFunctions.Watch watch) {
        return order.spec().seats() == 1 ? connection(watch) : new SharedConnections(() -> connection(watch), watch);
    }

    private FunctionConnection connection(OneShotFunctions.Watch watch) {
        return new FunctionConnection(context, dialer, assembly.socket(), parts.config(), alarm, watch);
    }

    /** It has taken too long. */
    void overdue() {
        assembly.blame(ErrorCode.INIT_TIMEOUT.exception())
                .onSuccess(judged -> owner.turn(() -> {
                    if (owner.state() == ContainerState.INITIALIZING) {
                        broke(judged);
                    }
                }));
    }

    /** Only within a turn, while it is waited for. */
    void broke(RunnerException why) {
        assembly.initOver();
        error = worded(why);
        owner.take(ContainerEvent.LAUNCH_BROKE);
    }

    private static RunnerException worded(RunnerException why) {
        return Descriptors.exhausted(why) ? Descriptors.none("to start a container") : why;
    }
}
