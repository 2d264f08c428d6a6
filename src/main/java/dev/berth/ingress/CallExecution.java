package dev.berth.ingress;

import dev.berth.bus.CallEnd;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.RunCall;
import dev.berth.call.ContainerTimings;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call's way through a slot and a worker, whoever asked for it.
 *
 * <pre>
 * NEW ──start──▶ ACQUIRING ──granted──▶ OFFERED ──first sign──▶ TAKEN
 *                    ▲                     │
 *                    └────slot gone────────┘        any ──end, failure, deadline, cancel──▶ DONE
 * </pre>
 *
 * In OFFERED the worker has been sent the call but has not shown that it took it; a worker whose container
 * has gone says so, and another slot is asked for, a few times. From TAKEN on the call is never run again.
 *
 * <p>The worker keeps the call's deadline. The timer here is for the time of waiting, and for a worker that
 * is lost. Confined to its verticle's context.
 */
final class CallExecution implements SlotDesk.Waiter {
    private enum State {
        NEW,
        ACQUIRING,
        OFFERED,
        TAKEN,
        DONE
    }

    private static final int MAX_LOST_SLOTS = 5;
    private static final long NO_TIMER = -1;

    private final ExecutionParts parts;
    private final CallOrder order;
    private final CallListener listener;
    private final RequestBody body;
    private State state = State.NEW;
    private long ticket;
    private long timer = NO_TIMER;
    private int lostSlots;
    private @Nullable FrameStream stream;
    private ContainerTimings timings = ContainerTimings.NONE;

    CallExecution(ExecutionParts parts, CallOrder order, CallListener listener) {
        this.parts = parts;
        this.order = order;
        this.listener = listener;
        this.body = new RequestBody(task -> parts.vertx().runOnContext(v -> task.run()), listener::onBodyDrained);
    }

    void start() {
        state = State.ACQUIRING;
        if (order.deadline().limited()) {
            arm(order.deadline(), Duration.ZERO);
        }
        ticket = parts.desk().acquire(order.callId(), order.spec(), this);
    }

    @Override
    public void onGranted(SlotGranted grant) {
        timings = grant.timings();
        if (order.deadline().passed()) {
            parts.desk().giveBack(grant);
            end(ErrorCode.SERVER_BUSY.exception());
            return;
        }
        Deadline deadline = Deadline.in(order.timeout()).earlier(order.deadline());
        FrameStream opened;
        try {
            RunCall call = new RunCall(
                    grant.containerId(), grant.lease(), order.request().apply(deadline.instant()));
            opened = parts.workers().open(grant.worker(), call, grant.requestWindow());
        } catch (RuntimeException failure) {
            parts.desk().giveBack(grant);
            end(RunnerException.of(failure));
            return;
        }
        state = State.OFFERED;
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

    @Override
    public void onRefused(SlotRefused refusal) {
        timings = refusal.timings();
        end(refusal.error());
    }

    private void onNote(Object note) {
        if (note instanceof ResponseHead head && !isDone()) {
            take();
            listener.onHead(head);
        }
    }

    private void onBytes(Buffer bytes) {
        if (!isDone()) {
            take();
            listener.onBytes(bytes);
        }
    }

    private void onFinish(Object payload) {
        RunnerException error =
                payload instanceof CallEnd callEnd ? callEnd.error() : ErrorCode.STREAM_BROKEN.exception();
        if (state == State.OFFERED
                && error != null
                && error.code() == ErrorCode.SLOT_GONE
                && ++lostSlots <= MAX_LOST_SLOTS) {
            acquireAgain();
        } else {
            end(error);
        }
    }

    private void acquireAgain() {
        disarm();
        stream = null;
        body.disconnect();
        listener.onSlotLost();
        if (state == State.OFFERED) {
            start();
        }
    }

    private void onFailure(RunnerException why) {
        end(why);
    }

    private void take() {
        if (state == State.OFFERED) {
            state = State.TAKEN;
            body.markTaken();
        }
    }

    private void onDeadline() {
        timer = NO_TIMER;
        if (state == State.ACQUIRING) {
            parts.desk().cancel(ticket);
            end(ErrorCode.SERVER_BUSY.exception());
        } else if (stream != null) {
            stream.cancel(ErrorCode.CALL_TIMEOUT.exception());
            end(ErrorCode.CALL_TIMEOUT.exception());
        }
    }

    /** Ends the call from this side; the listener hears nothing more. The function's connection is torn down. */
    void cancel(RunnerException why) {
        if (state == State.ACQUIRING) {
            parts.desk().cancel(ticket);
        } else if (stream != null && !isDone()) {
            stream.cancel(why);
        }
        state = State.DONE;
        disarm();
    }

    private void end(@Nullable RunnerException error) {
        if (isDone()) {
            return;
        }
        state = State.DONE;
        disarm();
        listener.onEnd(error);
    }

    private boolean isDone() {
        return state == State.DONE;
    }

    /** Bytes of the request. Only between {@link CallListener#onSlot} and {@code onSlotLost}, and not while full. */
    void write(Buffer bytes) {
        body.write(bytes);
    }

    void endBody() {
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

    /** Those of the container this call waited for. */
    ContainerTimings timings() {
        return timings;
    }

    private void arm(Deadline deadline, Duration grace) {
        disarm();
        timer = parts.vertx().setTimer(deadline.timerMillis(grace), fired -> onDeadline());
    }

    private void disarm() {
        if (timer != NO_TIMER) {
            parts.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
