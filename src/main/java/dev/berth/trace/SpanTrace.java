package dev.berth.trace;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerTimings;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * One call as spans, with Fn's names:
 *
 * <pre>
 *   RunnerProtocol.Engage ─▶ agent_submit ─┬▶ agent_get_slot
 *                                          └▶ agent_hot_exec
 * </pre>
 *
 * A call that loses its slot has the two last ones again.
 */
final class SpanTrace implements CallTrace {
    static final String ENGAGE = "RunnerProtocol.Engage";

    private static final String SUBMIT = "agent_submit";
    private static final String GET_SLOT = "agent_get_slot";
    private static final String HOT_EXEC = "agent_hot_exec";
    private static final int MAX_TEXT = 1024;

    private final Tracer tracer;
    private final Span engage;
    private final @Nullable String requestId;
    private Context parent;
    private Span submit = Span.getInvalid();
    /** What the call is at: waiting or running. */
    private Span phase = Span.getInvalid();

    private boolean waiting;

    SpanTrace(Tracer tracer, Span engage, Context parent, @Nullable String requestId) {
        this.tracer = tracer;
        this.engage = engage;
        this.requestId = requestId;
        this.parent = parent.with(engage);
        name(engage);
    }

    @Override
    public @Nullable String id() {
        return engage.isRecording() ? engage.getSpanContext().getTraceId() : null;
    }

    private void name(Span span) {
        if (requestId != null) {
            span.setAttribute("fn.rid", requestId);
        }
    }

    @Override
    public void submitted(CallModel call) {
        submit = begin(SUBMIT);
        name(submit);
        describe(submit, call);
        describe(engage, call);
        parent = parent.with(submit);
    }

    private static void describe(Span span, CallModel call) {
        span.setAttribute("fn.call_id", call.id());
        span.setAttribute("fn.app_id", call.appId());
        span.setAttribute("fn.fn_id", call.fnId());
        span.setAttribute("image", call.image());
    }

    @Override
    public void waiting() {
        if (phase.isRecording()) {
            phase.setAttribute("fn.slot_lost", true);
            phase.end();
        }
        phase = begin(GET_SLOT);
        waiting = true;
    }

    @Override
    public void explained(SlotFacts facts) {
        if (phase.isRecording()) {
            WhyEvents.add(phase, facts);
        }
    }

    @Override
    public void ran(RunFacts facts) {
        if (phase.isRecording()) {
            WhyEvents.add(phase, facts);
        }
    }

    @Override
    public void started(ContainerTimings timings) {
        endWaiting(timings);
        phase.end();
        phase = begin(HOT_EXEC);
    }

    private void endWaiting(ContainerTimings timings) {
        if (waiting) {
            waiting = false;
            step("container.image_pull_ns", timings.imagePull());
            step("container.prepare_ns", timings.prepare());
            step("container.create_ns", timings.create());
            step("container.init_ns", timings.init());
        }
    }

    private void step(String name, long nanos) {
        if (nanos > 0) {
            phase.setAttribute(name, nanos);
        }
    }

    @Override
    public void finished(@Nullable RunnerException error, ContainerTimings timings) {
        endWaiting(timings);
        if (error != null) {
            boolean refused = error.wireCode() == ErrorCode.SERVER_BUSY.wire();
            for (Span span : spans()) {
                fail(span, error.code().name(), error.getMessage());
                span.setAttribute("fn.error_code", error.wireCode());
                if (refused) {
                    span.setAttribute("fn.refused", true);
                }
            }
        }
        end();
    }

    @Override
    public void aborted(int grpcStatus, String text) {
        for (Span span : spans()) {
            fail(span, "grpc status " + grpcStatus, text);
        }
        engage.setAttribute("rpc.grpc.status_code", grpcStatus);
        end();
    }

    private Span[] spans() {
        return new Span[] {phase, submit, engage};
    }

    private static void fail(Span span, String type, @Nullable String text) {
        String message = text == null ? "" : text.substring(0, Math.min(MAX_TEXT, text.length()));
        span.setStatus(StatusCode.ERROR, message);
        span.setAttribute("error.type", type);
    }

    private void end() {
        for (Span span : spans()) {
            span.end();
        }
    }

    private Span begin(String name) {
        return tracer.spanBuilder(name).setParent(parent).startSpan();
    }
}
