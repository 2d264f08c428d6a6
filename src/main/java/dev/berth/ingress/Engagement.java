package dev.berth.ingress;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.call.CallModel;
import dev.berth.call.CallModelParser;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.error.Blame;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.proto.CallResultStart;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Engage stream: the protocol's rules on one side, a {@link CallExecution} on the other.
 *
 * <pre>
 * AWAIT_TRY ──try──▶ WAITING ◀──slot / slot lost──▶ RECEIVING ──eof──▶ ANSWERING
 *     any ──the call ends: finished and OK──▶ DONE
 *     any ──the client breaks a rule: a status──▶ DONE
 *     any ──the client has gone: nothing──▶ DONE
 * </pre>
 *
 * In WAITING the client is not read from, so that flow control holds its body back. The body may be over
 * before a slot is lost, so WAITING can lead to ANSWERING too. From DONE on whatever the client still sends
 * is read and dropped. Confined to the context of its stream.
 */
final class Engagement implements CallListener {
    private enum State {
        AWAIT_TRY,
        WAITING,
        RECEIVING,
        ANSWERING,
        DONE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Engagement.class);
    private static final String REQUEST_ID = "fn_request_id";
    private static final String EXPECTED_TRY = "Protocol failure: expected ClientMsg_Try";
    private static final String EXPECTED_DATA = "Protocol failure: expected ClientMsg_Data";
    private static final int DETACHED_STATUS = 202;
    private static final long NO_TIMER = -1;

    private final IngressParts parts;
    private final GrpcServerRequest<ClientMsg, RunnerMsg> request;
    private final GrpcServerResponse<ClientMsg, RunnerMsg> response;
    private final CallReport report = new CallReport();
    private State state = State.AWAIT_TRY;
    private Deadline deadline = Deadline.NONE;
    private long timer = NO_TIMER;
    private boolean detached;
    private boolean started;
    private boolean bodyEnded;
    private @Nullable String requestId;
    private @Nullable CallExecution execution;

    Engagement(IngressParts parts, GrpcServerRequest<ClientMsg, RunnerMsg> request) {
        this.parts = parts;
        this.request = request;
        this.response = request.response();
    }

    void start() {
        parts.counters().opened();
        requestId = request.headers().get(REQUEST_ID);
        request.messageHandler(this::onMessage);
        request.invalidMessageHandler(this::onInvalidMessage);
        request.endHandler(v -> onHalfClose());
        request.errorHandler(error -> onClientGone());
        request.exceptionHandler(failure -> onClientGone());
        response.exceptionHandler(failure -> onClientGone());
        deadline = GrpcTimeout.parse(request.headers().get("grpc-timeout"));
        if (deadline.limited()) {
            timer = parts.execution().vertx().setTimer(deadline.timerMillis(Duration.ZERO), fired -> onTryOverdue());
        }
    }

    private void onMessage(GrpcMessage message) {
        if (state == State.ANSWERING || state == State.DONE) {
            return;
        }
        try {
            onMessage(EngageCodec.decode(message.payload()));
        } catch (InvalidProtocolBufferException malformed) {
            abort(GrpcStatus.INTERNAL, "message cannot be decoded: " + malformed.getMessage());
        } catch (RuntimeException bug) {
            LOG.atError().addKeyValue("callId", report.callId()).setCause(bug).log("engage stream failed");
            abort(GrpcStatus.INTERNAL, "internal error");
        }
    }

    private void onMessage(EngageMessage message) {
        switch (state) {
            case AWAIT_TRY -> {
                if (message instanceof EngageMessage.Try first) {
                    onTry(first.call());
                } else {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_TRY);
                }
            }
            case RECEIVING -> {
                if (message instanceof EngageMessage.Data data) {
                    onData(data);
                } else {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_DATA);
                }
            }
            case WAITING -> throw new IllegalStateException("a message came while reading was paused");
            case ANSWERING, DONE -> {}
        }
    }

    private void onTry(TryCall call) {
        disarm();
        if (parts.counters().draining()) {
            finish(ErrorCode.SERVER_BUSY.exception());
            return;
        }
        CallOrder order;
        try {
            order = order(call);
        } catch (RunnerException refusal) {
            finish(refusal);
            return;
        }
        state = State.WAITING;
        request.pause();
        execution = new CallExecution(parts.execution(), order, this);
        execution.start();
    }

    private CallOrder order(TryCall call) {
        CallModel model = CallModelParser.parse(call.getModelsCallJson());
        report.describe(model.id(), model.image());
        detached = model.detached();
        ContainerSpec spec = parts.calls().spec(model, call.getSlotHashId().toByteArray(), call.getExtensionsMap());
        return new CallOrder(
                model.id(),
                spec,
                model.timeout(),
                deadline,
                end -> parts.calls().request(model, end, requestId));
    }

    private void onData(EngageMessage.Data data) {
        CallExecution running = running();
        if (data.bytes().length() > 0) {
            running.write(data.bytes());
        }
        if (data.eof()) {
            state = State.ANSWERING;
            bodyEnded = true;
            running.endBody();
        } else if (running.bodyFull()) {
            request.pause();
        }
    }

    private void onHalfClose() {
        switch (state) {
            case AWAIT_TRY -> abort(GrpcStatus.UNKNOWN, EXPECTED_TRY);
            case WAITING, RECEIVING -> {
                if (!bodyEnded) {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_DATA);
                }
            }
            case ANSWERING, DONE -> {}
        }
    }

    /** The RPC's deadline passed and no call has come. */
    private void onTryOverdue() {
        timer = NO_TIMER;
        finish(ErrorCode.SERVER_BUSY.exception());
    }

    private void onInvalidMessage(InvalidMessageException invalid) {
        if (invalid instanceof MessageSizeOverflowException tooBig) {
            abort(GrpcStatus.RESOURCE_EXHAUSTED, Oversize.text(tooBig, parts.maxMessageBytes()));
        } else {
            abort(GrpcStatus.INTERNAL, "message cannot be decoded");
        }
    }

    /** Reset by the client, or its connection is lost. */
    private void onClientGone() {
        if (state != State.DONE) {
            LOG.atDebug()
                    .addKeyValue("callId", report.callId())
                    .addKeyValue(REQUEST_ID, requestId)
                    .log("client has gone");
            cancelExecution();
            close(false);
        }
    }

    @Override
    public void onSlot() {
        report.start();
        if (detached && !started) {
            started = true;
            response.write(resultStart(HttpRespMeta.newBuilder().setStatusCode(DETACHED_STATUS)));
        }
        if (bodyEnded) {
            state = State.ANSWERING;
        } else {
            state = State.RECEIVING;
            request.resume();
        }
    }

    @Override
    public void onSlotLost() {
        state = State.WAITING;
        if (!bodyEnded) {
            request.pause();
        }
    }

    @Override
    public void onBodyDrained() {
        if (state == State.RECEIVING) {
            request.resume();
        }
    }

    @Override
    public void onHead(ResponseHead head) {
        if (detached) {
            return;
        }
        started = true;
        HttpRespMeta.Builder meta = HttpRespMeta.newBuilder().setStatusCode(head.status());
        for (Header header : head.headers()) {
            meta.addHeaders(HttpHeader.newBuilder().setKey(header.name()).setValue(header.value()));
        }
        response.write(resultStart(meta));
    }

    private static RunnerMsg resultStart(HttpRespMeta.Builder meta) {
        return RunnerMsg.newBuilder()
                .setResultStart(CallResultStart.newBuilder().setHttp(meta))
                .build();
    }

    @Override
    public void onBytes(Buffer bytes) {
        if (detached) {
            return;
        }
        int limit = parts.responseFrameBytes();
        for (int start = 0; start < bytes.length(); start += limit) {
            response.writeMessage(EngageCodec.encodeData(bytes, start, Math.min(start + limit, bytes.length())));
        }
        if (response.writeQueueFull()) {
            CallExecution running = running();
            running.pauseResponse();
            response.drainHandler(v -> running.resumeResponse());
        }
    }

    @Override
    public void onEnd(@Nullable RunnerException error) {
        finish(error);
    }

    /** Sends the closing message and an OK status, without waiting for the client to end its side. */
    private void finish(@Nullable RunnerException outcome) {
        if (state == State.DONE) {
            return;
        }
        RunnerException error = outcome == null ? null : afterStart(outcome);
        ContainerTimings timings = execution == null ? ContainerTimings.NONE : execution.timings();
        if (error != null) {
            log(error);
        }
        boolean refused = error != null && error.wireCode() == ErrorCode.SERVER_BUSY.wire();
        RunnerMsg finished = RunnerMsg.newBuilder()
                .setFinished(report.finish(error, timings))
                .build();
        close(refused);
        dropTheRest();
        // The client may have gone meanwhile; nobody hears of it then.
        response.end(finished);
    }

    /** A refusal makes a balancer run the call again, so it must not follow anything that was sent. */
    private RunnerException afterStart(RunnerException error) {
        boolean refusal = error.wireCode() == ErrorCode.SERVER_BUSY.wire();
        return started && refusal ? ErrorCode.PEER_LOST.exception("container lost while starting the call") : error;
    }

    private void log(RunnerException error) {
        (error.code().blame() == Blame.PLATFORM ? LOG.atWarn() : LOG.atDebug())
                .addKeyValue("callId", report.callId())
                .addKeyValue(REQUEST_ID, requestId)
                .addKeyValue("errorCode", error.code())
                .log(error.getMessage());
    }

    /** Ends the stream with a status in place of the closing message, and tears the call down. */
    private void abort(GrpcStatus status, String text) {
        if (state == State.DONE) {
            return;
        }
        cancelExecution();
        close(false);
        dropTheRest();
        response.status(status).statusMessage(text).end();
    }

    private void close(boolean refused) {
        state = State.DONE;
        disarm();
        parts.counters().closed(refused);
    }

    /** What is still on its way must not fill the connection's window. Not for a stream that was reset. */
    private void dropTheRest() {
        request.resume();
    }

    private void cancelExecution() {
        if (execution != null) {
            execution.cancel(ErrorCode.CANCELLED.exception());
        }
    }

    private CallExecution running() {
        if (execution == null) {
            throw new IllegalStateException("no call in state " + state);
        }
        return execution;
    }

    private void disarm() {
        if (timer != NO_TIMER) {
            parts.execution().vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}
