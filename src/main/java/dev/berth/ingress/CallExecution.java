package dev.berth.ingress;

import dev.berth.bus.Addresses;
import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RunCall;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.ResponseHead;
import dev.berth.call.Saturating;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import dev.berth.why.Journey;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import dev.berth.why.Try;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call's way through a slot and a worker, whoever asked for it: what {@link CallPlacement} decides is done here.
 *
 * <p>The worker keeps the call's deadline. The timer here is for the time of waiting, and for a worker that
 * is lost. Confined to its verticle's context.
 */
public final class CallExecution implements SlotRequests.Waiter, CallPlacement.Actions {
    private final ExecutionParts parts;
    private final CallOrder order;
    private final CallListener listener;
    private final RequestBody body;
    private final CallPlacement placement;
    private long ticket;
    private final OneTimer timer;
    /** Whether it ends because its time is over. */
    private boolean late;

    /** Whether the call is over, and what it has used is to come. */
    private boolean measuring;

    private @Nullable FrameStream stream;
    /** What it has been told on its way; the newest counts. */
    private SlotFacts facts = SlotFacts.NONE;

    private RunFacts ran = RunFacts.NONE;
    /** Only of a call that sees more than its own node's slot. */
    private @Nullable Journey journey;

    public CallExecution(ExecutionParts parts, CallOrder order, CallListener listener) {
        this.parts = parts;
        this.timer = new OneTimer(parts.vertx());
        this.order = order;
        this.listener = listener;
        this.body = new RequestBody(task -> parts.vertx().runOnContext(v -> task.run()), listener::onBodyDrained);
        this.placement = new CallPlacement(
                this, () -> parts.planner().plan(order.spec()), order.deadline(), Saturating.nanos(order.timeout()));
    }

    public void start() {
        placement.start();
    }

    @Override
    public void acquire(Itinerary.Stop stop) {
        if (!timer.isSet() && order.deadline().limited()) {
            arm(order.deadline(), Duration.ZERO);
        }
        if (stop.remote()) {
            travelled().asked(nodeOf(stop.registry()), System.nanoTime());
        }
        ticket = parts.slotRequests()
                .acquire(stop.within(order.deadline(), System.nanoTime()), order.callId(), order.spec(), this);
    }

    @Override
    public void withdraw() {
        timer.clear();
        if (late) {
            told(SlotFacts.refused(SlotFacts.Refused.DEADLINE), Try.Outcome.UNANSWERED);
            parts.slotRequests().giveUp(ticket, listener::onExplained);
        } else {
            parts.slotRequests().cancel(ticket);
        }
    }

    @Override
    public void giveBack(SlotGranted grant) {
        parts.slotRequests().giveBack(grant);
    }

    @Override
    public void onGranted(SlotGranted grant) {
        told(grant.facts(), Try.Outcome.GRANTED);
        placement.granted(grant, System.nanoTime());
    }

    @Override
    public void onRefused(SlotRefused refusal) {
        told(refusal.facts(), Try.Outcome.REFUSED);
        placement.refused(refusal, System.nanoTime());
    }

    @Override
    public void onUnanswered() {
        told(SlotFacts.refused(SlotFacts.Refused.REGISTRY_SILENT), Try.Outcome.UNANSWERED);
        placement.unanswered(System.nanoTime());
    }

    @Override
    public void onTold(List<Holder> holders) {
        placement.told(holders, System.nanoTime());
    }

    @Override
    public void open(SlotGranted grant, Deadline deadline) {
        FrameStream opened;
        try {
            RunCall call = new RunCall(
                    grant.containerId(),
                    grant.lease(),
                    order.request().apply(deadline.instant()),
                    listener.looks(grant.facts()));
            opened = parts.workers().open(grant.worker(), call, grant.requestWindow());
        } catch (RuntimeException failure) {
            placement.openRefused(RunnerException.of(failure));
            return;
        }
        arm(deadline, parts.workerGrace());
        attach(opened);
        body.connect(opened, grant.requestWindow());
        listener.onSlot();
    }

    private void attach(FrameStream opened) {
        stream = opened;
        opened.noteHandler(this::onNote);
        opened.finishHandler(this::onFinish);
        opened.failureHandler(this::onFailure);
        opened.inbound().handler(this::onBytes);
        // The stream's own failure handler hears of failures; a stream without this one would log them.
        opened.inbound().exceptionHandler(failure -> {});
    }

    private void onNote(Object note) {
        if (note instanceof ResponseHead head && !placement.isDone()) {
            take();
            listener.onHead(head);
        } else if (note instanceof CallEnd callEnd && !placement.isDone()) {
            measuring = true;
            onEnd(callEnd);
        }
    }

    private void onBytes(Buffer bytes) {
        if (!placement.isDone()) {
            take();
            listener.onBytes(bytes);
        }
    }

    private void take() {
        if (placement.state() == CallPlacement.State.OFFERED) {
            placement.taken();
            body.markTaken();
        }
    }

    private void onFinish(Object payload) {
        Truth truth = payload instanceof CallEnd callEnd ? callEnd.facts().truth() : Truth.NONE;
        if (measured(truth)) {
            return;
        }
        if (payload instanceof CallEnd callEnd) {
            onEnd(callEnd);
        } else {
            placement.finished(ErrorCode.STREAM_BROKEN.exception());
        }
    }

    private void onEnd(CallEnd callEnd) {
        ran = callEnd.facts();
        placement.finished(callEnd.error());
    }

    private void onFailure(RunnerException why) {
        if (!measured(Truth.NONE)) {
            placement.failed(why);
        }
    }

    /** Whether the call was over already, and this was all that it had still to be told of. */
    private boolean measured(Truth truth) {
        boolean due = measuring;
        measuring = false;
        if (due) {
            listener.onMeasured(truth);
        }
        return due;
    }

    @Override
    public void slotLost() {
        timer.clear();
        stream = null;
        travelled().slotLost();
        body.disconnect();
        listener.onSlotLost();
    }

    private void onTimer() {
        late = true;
        placement.deadlinePassed();
    }

    /** Ends the call from this side; the listener hears nothing more. The function's connection is torn down. */
    void cancel(RunnerException why) {
        placement.cancel(why);
        timer.clear();
    }

    @Override
    public void cancelStream(RunnerException why) {
        if (stream != null) {
            stream.cancel(why);
        }
    }

    @Override
    public void end(@Nullable RunnerException error) {
        timer.clear();
        if (error != null && (error.code() == ErrorCode.SLOT_GONE || error.code() == ErrorCode.UNDELIVERED)) {
            facts = facts.butRefused(SlotFacts.Refused.SLOT_LOST);
        }
        listener.onEnd(error);
    }

    /** Bytes of the request. Only between {@link CallListener#onSlot} and {@code onSlotLost}, and not while full. */
    public void write(Buffer bytes) {
        body.write(bytes);
    }

    public void endBody() {
        body.end();
    }

    boolean bodyFull() {
        return body.full();
    }

    /** Bytes of the body that wait for credit. */
    long bodyWaiting() {
        return body.waiting();
    }

    /** Holds back the response's bytes, and with them the end of the call. */
    void pauseResponse() {
        if (stream != null) {
            stream.inbound().pause();
        }
    }

    void resumeResponse() {
        if (stream != null) {
            stream.inbound().resume();
        }
    }

    /** Whether it has no slot, so that nothing of it can have reached a function. */
    boolean waiting() {
        return placement.state() == CallPlacement.State.ACQUIRING;
    }

    /** Those of the container this call waited for. */
    public ContainerTimings timings() {
        return placement.timings();
    }

    private void told(SlotFacts now, Try.Outcome outcome) {
        facts = now;
        if (journey != null) {
            journey.answered(outcome, System.nanoTime());
        }
    }

    private Journey travelled() {
        Journey known = journey;
        if (known == null) {
            known = new Journey();
            journey = known;
        }
        return known;
    }

    private static String nodeOf(String registry) {
        String incarnation = Addresses.incarnation(registry);
        return incarnation == null ? registry : incarnation;
    }

    /** Why it had to wait, or was refused. */
    SlotFacts facts() {
        return facts;
    }

    /** Whether the call is over, and what it has used is to come. */
    boolean measuring() {
        return measuring;
    }

    /** What its worker has told at its end. */
    RunFacts ran() {
        return ran;
    }

    @Nullable
    Journey journey() {
        return journey;
    }

    ContainerSpec spec() {
        return order.spec();
    }

    private void arm(Deadline deadline, Duration grace) {
        timer.set(deadline.timerMillis(grace), this::onTimer);
    }
}
