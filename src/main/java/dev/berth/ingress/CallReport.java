package dev.berth.ingress;

import dev.berth.call.CallModel;
import dev.berth.call.ContainerTimings;
import dev.berth.call.WireTimes;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.proto.CallFinished;
import dev.berth.trace.CallTrace;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When a call came, started and ended: what its caller is told of that at the end, and its trace. */
public final class CallReport {
    private static final int MAX_TEXT = 64 * 1024;

    private final Instant createdAt = Instant.now();
    private final long created = System.nanoTime();
    private final CallTrace trace;
    private final CallMeter meter;
    private CallMeter.Stage stage = CallMeter.Stage.NEW;
    private @Nullable CallModel call;
    private String callId = "";
    private String image = "";
    private @Nullable Instant startedAt;
    private long started;

    /** Of a call that is neither traced nor counted. */
    public CallReport() {
        this(CallTrace.NONE, CallMeter.NONE);
    }

    CallReport(CallTrace trace, CallMeter meter) {
        this.trace = trace;
        this.meter = meter;
    }

    /** Once the call document has been read. */
    void describe(CallModel read) {
        call = read;
        describe(read.id(), read.image());
        trace.submitted(read);
    }

    /** A call without a document. */
    public void describe(String id, String imageName) {
        callId = id;
        image = imageName;
    }

    /** A slot is asked for, for the first time or because the one won was lost. */
    void await() {
        startedAt = null;
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
        startedAt = Instant.now();
        started = System.nanoTime();
        trace.started(timings);
        meter.started();
        stage = CallMeter.Stage.RUNNING;
    }

    String callId() {
        return callId;
    }

    /** The caller has gone: nobody is told. */
    void abandon() {
        RunnerException cancelled = ErrorCode.CANCELLED.exception();
        trace.finished(cancelled, ContainerTimings.NONE);
        if (call != null) {
            count(cancelled, ContainerTimings.NONE);
        }
    }

    /** A status stands in place of the closing message. */
    void abort(GrpcStatus status, String text) {
        trace.aborted(status.code, text);
        meter.aborted(stage);
    }

    private void count(@Nullable RunnerException error, ContainerTimings timings) {
        long now = System.nanoTime();
        boolean ran = stage == CallMeter.Stage.RUNNING;
        meter.ended(
                call,
                error == null ? null : error.code(),
                error == null ? 0 : error.wireCode(),
                stage,
                (ran ? started : now) - created,
                ran ? now - started : 0,
                !timings.equals(ContainerTimings.NONE));
    }

    /** The closing message, as of now. */
    public CallFinished finish(@Nullable RunnerException error, ContainerTimings timings) {
        trace.finished(error, timings);
        count(error, timings);
        CallFinished.Builder finished = CallFinished.newBuilder()
                .setSuccess(error == null)
                .setDetails(cut(callId))
                .setCreatedAt(WireTimes.format(createdAt))
                .setImage(cut(image))
                .setImagePullWaitDuration(timings.imagePull())
                .setCtrPrepDuration(timings.prepare())
                .setCtrCreateDuration(timings.create())
                .setInitStartTime(timings.init());
        if (startedAt != null) {
            long now = System.nanoTime();
            finished.setStartedAt(WireTimes.format(startedAt))
                    .setCompletedAt(WireTimes.format(startedAt.plusNanos(now - started)))
                    .setSchedulerDuration(started - created)
                    .setExecutionDuration(now - started);
        }
        if (error != null) {
            finished.setErrorCode(error.wireCode())
                    .setErrorStr(cut(error.getMessage() == null ? error.code().text() : error.getMessage()))
                    .setErrorUser(error.userToBlame());
        }
        return finished.build();
    }

    /** A closing message that a balancer cannot take would leave the caller with nothing. */
    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
