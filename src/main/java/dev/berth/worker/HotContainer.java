package dev.berth.worker;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RunCall;
import dev.berth.bus.Shown;
import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.call.CallFormat;
import dev.berth.container.ContainerEffect;
import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerLifecycle;
import dev.berth.container.ContainerState;
import dev.berth.container.EndReason;
import dev.berth.container.LifecycleObserver;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import dev.berth.stream.FrameStream;
import dev.berth.why.ContainerFate;
import dev.berth.why.ContainerFate.Kind;
import dev.berth.why.RunFacts;
import dev.berth.why.Truth;
import io.vertx.core.Future;
import java.util.Objects;
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
    private static final long BYTES_PER_MIB = 1024 * 1024;

    private final LaunchContainer order;
    private final WorkerHost host;
    private final ContainerLifecycle lifecycle;
    private final ContainerAssembly assembly;
    private final ContainerLaunch launch;
    private final Alarm alarm;
    private final ContainerReports reports;
    private final ContainerFreezer freezer;
    private final ExitAccount account;
    private final CallUsage usage;
    private final ContainerHandover handover;
    private final ContainerEnd end;
    private final ContainerRemoval removal;
    private final Turns turns = new Turns();
    private final Seats seats;
    private final Leases leases;
    /** The lease of the call that was over last. */
    private long ended;
    /** The lease of a call that is on its way, or came; 0: none yet. */
    private long promised;
    /** The lease of the call that it was woken for last; 0: none yet. */
    private long wokenFor;

    /** What its launch brings about. */
    private final class Launching implements ContainerLaunch.Owner {
        @Override
        public ContainerState state() {
            return HotContainer.this.state();
        }

        @Override
        public void turn(Runnable step) {
            turns.run(step);
        }

        @Override
        public void take(ContainerEvent event) {
            HotContainer.this.take(event);
        }

        @Override
        public void watchExit() {
            end.watch();
        }
    }

    HotContainer(LaunchContainer order, WorkerParts parts, WorkerHost host) {
        this.order = order;
        this.host = host;
        LifecycleObserver observer = parts.observer().of(order.containerId(), order.spec());
        this.lifecycle = new ContainerLifecycle(order.containerId(), observer);
        this.assembly = new ContainerAssembly(order.containerId(), order.spec(), parts, host.context());
        this.reports = new ContainerReports(order, host.registry(), observer);
        this.alarm = new Alarm(host.context().owner(), this::due);
        this.handover = new ContainerHandover(order, parts, assembly, host.dialer(), host.context());
        Launching owner = new Launching();
        this.launch = new ContainerLaunch(order, parts, host, assembly, alarm, owner);
        this.account = new ExitAccount(assembly, alarm, order.spec().memoryMiB());
        this.end = new ContainerEnd(order.containerId(), assembly, account, reports, launch, owner);
        this.freezer = new ContainerFreezer(parts, assembly, reports, alarm, lifecycle, account, this::fire);
        this.seats = new Seats(order.spec().seats());
        this.leases = new Leases(order.spec().seats());
        this.usage = new CallUsage(host.context(), observer, order.spec().memoryMiB() * BYTES_PER_MIB);
        this.removal = new ContainerRemoval(assembly, launch, handover, usage, alarm, reports, this::fire);
    }

    String id() {
        return order.containerId();
    }

    ContainerState state() {
        return lifecycle.state();
    }

    void launch() {
        fire(ContainerEvent.LAUNCH);
    }

    /** Takes it over from an earlier runner; fails if that cannot be, and then it is removed. */
    Future<Void> adopt(LeftContainer left, int worker) {
        fire(ContainerEvent.ADOPT);
        return handover.adopt(left, worker, new Launching(), reports);
    }

    /** Leaves it to the next runner, which is told what calls have shown, or removes it if that cannot be. */
    void leave(Shown shown) {
        handover.tell(shown);
        reports.because(EndReason.HANDED_OVER, "HANDED_OVER");
        fire(ContainerEvent.LEAVE_ASKED);
    }

    /** Removes the container, at whatever stage it is. Idempotent. */
    void remove(EndReason reason, String text) {
        if (state() != ContainerState.GONE) {
            reports.fate(ContainerFate.of(Kind.REMOVED));
            reports.because(reason, text);
            fire(ContainerEvent.REMOVE_ASKED);
        }
    }

    /** What is left of it is left. */
    void giveUp() {
        removal.giveUp();
    }

    /**
     * Runs a call.
     *
     * @return false if the container does not take it: it is ending, full, or the lease is an old one
     */
    boolean run(FrameStream stream, RunCall run) {
        boolean joins = seats.takeMore() && state().runsCalls();
        if (!(joins || state().takesLease()) || !leases.spend(run.lease())) {
            return false;
        }
        long left = MILLISECONDS.toNanos(run.request().deadline().toEpochMilli() - System.currentTimeMillis());
        if (left <= 0) {
            stream.finish(new CallEnd(ErrorCode.CALL_TIMEOUT.exception()));
            reports.released(run.lease());
            if (state() == ContainerState.PAUSED) {
                // A release is otherwise a sign that the container is awake.
                reports.paused(true);
            }
            return true;
        }
        ActiveCall accepted = new ActiveCall(stream, run, System.nanoTime() + left, this);
        seats.add(accepted);
        stream.failureHandler(gone -> cancelled(accepted));
        armDeadline();
        if (joins) {
            turns.run(() -> join(accepted));
        } else {
            fire(ContainerEvent.LEASED);
        }
        return true;
    }

    /** One that came while the engine was still freezing the container begins with those before it. */
    private void join(ActiveCall accepted) {
        if (seats.has(accepted) && !accepted.begun() && state() != ContainerState.PAUSING_LEASED) {
            runCall(accepted);
        }
    }

    /** The call of this lease is on its way, and need not wait for all of the thaw. */
    void wake(long coming) {
        if (state() == ContainerState.PAUSED && leases.isNew(coming) && freezer.lasts()) {
            promised = coming;
            fire(ContainerEvent.WAKE_ASKED);
        }
    }

    /** A call that comes under this lease comes too late from now on. One that has come is told of instead. */
    void revoke(long revoked) {
        if (seats.hasLease(revoked)) {
            reports.claimed(revoked);
        } else if (leases.spend(revoked)) {
            reports.returned(revoked);
        }
    }

    @Override
    public void callOver(ActiveCall over, boolean keep) {
        turns.run(() -> {
            if (seats.remove(over)) {
                if (over.begun()) {
                    exchange().over(over);
                }
                if (!keep) {
                    seats.spoil();
                    reports.fate(over.foundNobody() ? account.ofNobody() : ContainerFate.of(Kind.BROKE));
                    reports.because(EndReason.CALL_BROKE, over.foundNobody() ? "takes no call" : "call broke");
                }
                left(over, keep);
            }
        });
    }

    /** Only with the last of its calls the container itself is free, or goes. */
    private void left(ActiveCall over, boolean keep) {
        if (seats.isEmpty()) {
            assembly.log().end();
            alarm.clearCalls();
            ended = over.lease();
            take(seats.isSpoilt() ? ContainerEvent.CALL_BROKE : ContainerEvent.CALL_KEPT);
        } else {
            armDeadline();
            if (keep) {
                reports.released(over.lease());
            } else {
                reports.ending();
            }
        }
    }

    @Override
    public void tell(ActiveCall ending, @Nullable RunnerException error) {
        usage.end(ending, new CallEnd(error, facts(ending, error)));
    }

    private RunFacts facts(ActiveCall ending, @Nullable RunnerException error) {
        boolean woken = wokenFor == ending.lease();
        if (error == null && !woken) {
            return RunFacts.NONE;
        }
        return new RunFacts(
                woken ? freezer.wakeNanos() : 0,
                woken && assembly.wokenByEngine(),
                error == null ? ContainerFate.UNKNOWN : account.fate(error, ending.keeps()),
                Truth.NONE);
    }

    @Override
    public void callBroke(ActiveCall broken) {
        usage.broke(broken);
        account.await(broken);
    }

    /** The caller has gone. Once the answer's head is out the function has the whole request, and can go on. */
    private void cancelled(ActiveCall accepted) {
        if (!accepted.over()) {
            CallKeys.add(
                            LOG.atDebug(),
                            accepted.request().callId(),
                            accepted.request().requestId())
                    .addKeyValue("containerId", id())
                    .log("call cancelled");
            accepted.abandon(
                    switch (breakOff(accepted)) {
                        case UNTOUCHED -> true;
                        case USABLE -> accepted.answered() && !accepted.broken();
                        case SPOILT -> false;
                    });
        }
    }

    private void due(Alarm.Slot slot) {
        switch (slot) {
            case START -> launch.overdue();
            case FREEZE -> {
                if (state() == ContainerState.IDLE) {
                    fire(ContainerEvent.FREEZE_DUE);
                }
            }
            case KEEP_ALIVE -> exchange().idle();
            case DEADLINE -> deadlinePassed();
            case ACCOUNT -> seats.all().stream().filter(ActiveCall::broken).forEach(account::due);
            case RETRY -> fire(ContainerEvent.RETRY_DUE);
        }
    }

    private void deadlinePassed() {
        for (ActiveCall call : seats.all()) {
            if (call.left() <= 0 && !call.broken()) {
                call.fail(ErrorCode.CALL_TIMEOUT.exception(), breakOff(call) == FunctionExchange.Left.UNTOUCHED);
            }
        }
        armDeadline();
    }

    private void armDeadline() {
        seats.leastLeft().ifPresent(left -> alarm.set(Alarm.Slot.DEADLINE, left));
    }

    private FunctionExchange.Left breakOff(ActiveCall broken) {
        return broken.begun() ? exchange().abort(broken) : FunctionExchange.Left.UNTOUCHED;
    }

    private void fire(ContainerEvent event) {
        turns.run(() -> take(event));
    }

    /** Only within a turn. */
    private void take(ContainerEvent event) {
        for (ContainerEffect effect : lifecycle.fire(event)) {
            perform(effect);
        }
    }

    private void perform(ContainerEffect effect) {
        switch (effect) {
            case PULL -> launch.pull();
            case PREPARE -> launch.prepare();
            case CREATE -> launch.create();
            case START -> launch.start();
            case AWAIT_READY -> {
                assembly.usage().onSuccess(usage::opened);
                launch.awaitReady();
            }
            case TAKE_OVER -> LOG.atDebug().addKeyValue("containerId", id()).log("being taken over");
            case REPORT_ADOPTED -> {
                launch.adopted();
                assembly.usage().onSuccess(usage::opened);
                end.watch();
            }
            case LEAVE -> removal.leave();
            case REPORT_READY -> {
                reports.ready(assembly.timings());
                handover.begun();
            }
            case FAIL_LAUNCH -> reports.launchFailed(launch.error(), assembly.timings());
            case RUN_CALL -> seats.all().stream().filter(call -> !call.begun()).forEach(this::runCall);
            case RELEASE -> reports.released(ended);
            case RETURN_CALL, BREAK_CALL -> seats.all().forEach(this::breakCall);
            case PAUSE -> {
                exchange().suspend();
                freezer.pause();
            }
            case STOP_PAUSING -> LOG.atDebug().addKeyValue("containerId", id()).log("container runs on unfrozen");
            case REPORT_PAUSED -> {
                reports.paused(true);
                exchange().asleep();
            }
            case RESUME -> {
                wokenFor = Math.max(leases.newest(), promised);
                freezer.resume();
            }
            case AWAIT_FREEZE -> {
                // A container for one call has that call coming.
                if (order.spec().format() != CallFormat.DEFAULT) {
                    freezer.await();
                }
            }
            case REPORT_ENDING -> reports.ending();
            case REMOVE -> removal.remove();
            case RETRY_LATER -> removal.retryLater();
            case REPORT_GONE -> gone();
        }
    }

    private void runCall(ActiveCall started) {
        // Of several calls nobody knows whose a line is.
        assembly.log().begin(seats.isAlone() ? started.request().callId() : "");
        started.begin(exchange());
        if (!seats.isShared()) {
            usage.begin(started);
        }
    }

    /** Ends a call under way because the container cannot go on. */
    private void breakCall(ActiveCall broken) {
        seats.remove(broken);
        assembly.log().end();
        alarm.clearCalls();
        breakOff(broken);
        broken.finish(broken.sent() ? account.ofBrokenCall() : ErrorCode.SLOT_GONE.exception());
    }

    private void gone() {
        alarm.close();
        reports.gone();
        host.gone().accept(this);
    }

    private FunctionExchange exchange() {
        return Objects.requireNonNull(launch.exchange(), "not ready yet");
    }
}
