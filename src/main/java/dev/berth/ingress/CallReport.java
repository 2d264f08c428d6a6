package dev.berth.ingress;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.call.SlotKey;
import dev.berth.call.WireTimes;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.proto.CallFinished;
import dev.berth.trace.CallTrace;
import dev.berth.why.EndedCall;
import dev.berth.why.Journey;
import dev.berth.why.RunFacts;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import dev.berth.why.WhyRing;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a call came, started and ended: what its caller is told of that at the end, its trace, and the record that is
 * kept of it.
 */
public final class CallReport implements EndedCall {
    private static final int MAX_TEXT = 64 * 1024;

    private final Instant createdAt = Instant.now();
    private final long created = System.nanoTime();
    private final CallTrace trace;
    private final CallMeter meter;
    private CallMeter.Stage stage = CallMeter.Stage.NEW;
    private @Nullable CallModel call;
    private final WhyRing why;
    private final @Nullable String requestId;
    private String callId = "";
    private String image = "";
    private String appId = "";
    private String fnId = "";
    private @Nullable Instant startedAt;
    private long started;
    private long headAt;
    private long ended;
    private long requestBytes;
    private long responseBytes;
    private boolean sampled;
    private long kept;
    private @Nullable RunnerException error;
    private @Nullable CallExecution execution;

    /** Of a call that is neither traced nor counted, and of which no record is kept. */
    public CallReport() {
        this(CallTrace.NONE, CallMeter.NONE, WhyRing.NONE, null);
    }

    /** Of a call of which no record is kept. */
    public CallReport(CallTrace trace) {
        this(trace, CallMeter.NONE, WhyRing.NONE, null);
    }

    CallReport(CallTrace trace, CallMeter meter, WhyRing why, @Nullable String requestId) {
        this.trace = trace;
        this.meter = meter;
        this.why = why;
        this.requestId = requestId;
    }

    /** Once the call document has been read. */
    void describe(CallModel read) {
        call = read;
        describe(read.id(), read.image());
        appId = read.appId();
        fnId = read.fnId();
        trace.submitted(read);
    }

    /** A call without a document. */
    public void describe(String id, String imageName) {
        callId = id;
        image = imageName;
    }

    /** Whose way the record tells. */
    void follows(CallExecution runs) {
        execution = runs;
    }

    /** A slot is asked for, for the first time or because the one won was lost. */
    void await() {
        startedAt = null;
        headAt = 0;
        trace.waiting();
        if (stage == CallMeter.Stage.RUNNING) {
            meter.slotLost();
        } else {
            meter.waiting();
        }
        stage = CallMeter.Stage.WAITING;
    }

    /** A slot is won. The last one counts. */
    public void start(ContainerTimings timings) {
        started = System.nanoTime();
        startedAt = createdAt.plusNanos(started - created);
        trace.explained(facts());
        trace.started(timings);
        meter.started();
        stage = CallMeter.Stage.RUNNING;
    }

    /** A slot is about to be won: whether anybody will look at what the call uses. */
    boolean looks(SlotFacts facts) {
        long now = System.nanoTime();
        sampled = why.sample(now);
        return sampled || AccessLog.on() || trace.id() != null || WhyRing.worthALook(facts, now - created);
    }

    /** The function has answered. */
    void answered() {
        headAt = System.nanoTime();
    }

    /** What has been carried both ways, told before the end. */
    void carried(long request, long response) {
        requestBytes = request;
        responseBytes = response;
    }

    /** The caller has gone: nobody is told. */
    void abandon() {
        ended = System.nanoTime();
        RunnerException cancelled = ErrorCode.CANCELLED.exception();
        explain();
        trace.finished(cancelled, ContainerTimings.NONE);
        if (call != null) {
            count(cancelled, ContainerTimings.NONE);
        }
        keep(cancelled);
    }

    /** A status stands in place of the closing message. */
    void abort(GrpcStatus status, String text) {
        ended = System.nanoTime();
        trace.aborted(status.code, text);
        meter.aborted(stage);
        keep(ErrorCode.CANCELLED.exception("grpc status " + status.name() + ": " + text));
    }

    /** Before the trace's end. */
    private void explain() {
        if (stage == CallMeter.Stage.RUNNING) {
            trace.ran(ran());
        } else {
            trace.explained(facts());
        }
    }

    private void count(@Nullable RunnerException error, ContainerTimings timings) {
        boolean ran = stage == CallMeter.Stage.RUNNING;
        meter.ended(
                call,
                error == null ? null : error.code(),
                error == null ? 0 : error.wireCode(),
                stage,
                (ran ? started : ended) - created,
                ran ? ended - started : 0,
                !timings.equals(ContainerTimings.NONE));
    }

    /** The closing message, as of now. */
    public CallFinished finish(@Nullable RunnerException outcome, ContainerTimings timings) {
        ended = System.nanoTime();
        explain();
        trace.finished(outcome, timings);
        count(outcome, timings);
        keep(outcome);
        CallFinished.Builder finished = CallFinished.newBuilder()
                .setSuccess(outcome == null)
                .setDetails(cut(callId))
                .setCreatedAt(WireTimes.format(createdAt))
                .setImage(cut(image))
                .setImagePullWaitDuration(timings.imagePull())
                .setCtrPrepDuration(timings.prepare())
                .setCtrCreateDuration(timings.create())
                .setInitStartTime(timings.init());
        if (startedAt != null) {
            finished.setStartedAt(WireTimes.format(startedAt))
                    .setCompletedAt(WireTimes.format(startedAt.plusNanos(ended - started)))
                    .setSchedulerDuration(started - created)
                    .setExecutionDuration(ended - started);
        }
        used(finished, ran().truth());
        if (outcome != null) {
            finished.setErrorCode(outcome.wireCode())
                    .setErrorStr(cut(outcome.told()))
                    .setErrorUser(outcome.userToBlame());
        }
        return finished.build();
    }

    private static void used(CallFinished.Builder finished, Truth truth) {
        if (truth.known()) {
            finished.setCpuDuration(TimeUnit.MICROSECONDS.toNanos(truth.cpuMicros()))
                    .setCpuThrottledDuration(TimeUnit.MICROSECONDS.toNanos(truth.throttledMicros()));
            if (truth.peakBytes() > 0) {
                finished.setMemoryPeak(truth.peakBytes()).setMemoryPeakOfContainer(!truth.peakOfCall());
            }
        }
    }

    private void keep(@Nullable RunnerException outcome) {
        error = outcome;
        kept = why.ended(this, ended);
        if (execution == null || !execution.measuring()) {
            line(ran().truth());
        }
    }

    /** After the end, which has left this open. */
    void measured(Truth truth) {
        if (truth.known()) {
            why.add(kept, truth);
        }
        line(truth);
    }

    private void line(Truth truth) {
        if (AccessLog.on() && !callId.isEmpty()) {
            AccessLog.write(this, requestId, truth);
        }
    }

    /** What a registry tells late. */
    void explained(SlotFacts facts) {
        why.add(kept, facts);
    }

    @Override
    public String callId() {
        return callId;
    }

    @Override
    public String image() {
        return image;
    }

    @Override
    public String appId() {
        return appId;
    }

    @Override
    public String fnId() {
        return fnId;
    }

    @Override
    public @Nullable SlotKey key() {
        return execution == null ? null : execution.spec().key();
    }

    @Override
    public long arrivedMillis() {
        return createdAt.toEpochMilli();
    }

    @Override
    public boolean started() {
        return startedAt != null;
    }

    @Override
    public long waitNanos() {
        return (started() ? started : ended) - created;
    }

    @Override
    public long runNanos() {
        return started() ? ended - started : 0;
    }

    @Override
    public long headNanos() {
        return headAt == 0 ? 0 : headAt - started;
    }

    @Override
    public ContainerTimings timings() {
        return execution == null ? ContainerTimings.NONE : execution.timings();
    }

    @Override
    public SlotFacts facts() {
        return execution == null ? SlotFacts.NONE : execution.facts();
    }

    @Override
    public @Nullable Journey journey() {
        return execution == null ? null : execution.journey();
    }

    @Override
    public Set<SlotAnnotation> ignored() {
        return call == null ? Set.of() : SlotAnnotation.ignored(call.annotations());
    }

    @Override
    public RunFacts ran() {
        return execution == null ? RunFacts.NONE : execution.ran();
    }

    @Override
    public @Nullable RunnerException error() {
        return error;
    }

    @Override
    public long requestBytes() {
        return requestBytes;
    }

    @Override
    public long responseBytes() {
        return responseBytes;
    }

    @Override
    public @Nullable String traceId() {
        return trace.id();
    }

    @Override
    public boolean sampled() {
        return sampled;
    }

    /** A closing message that a balancer cannot take would leave the caller with nothing. */
    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
