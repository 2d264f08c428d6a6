package dev.berth.ingress;

import dev.berth.logs.LogBatch;
import dev.berth.logs.LogBuffer;
import dev.berth.proto.LogRequestMsg;
import dev.berth.proto.LogResponseMsg;
import dev.berth.proto.RunnerProtocolGrpcService;
import io.vertx.core.Context;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.common.MessageSizeOverflowException;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vertx.grpc.server.StatusException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One collector's stream: Start, then as often as it likes Ready, answered with one batch as soon as there is
 * one, and Ack. A batch that is not acknowledged goes to the next collector. Confined to the ingress's context.
 */
final class LogStream {
    private static final String OVER_BUDGET = "the runner holds too much for its clients";

    private final Context context;
    private final LogBuffer buffer;
    private final GrpcServerRequest<LogRequestMsg, LogResponseMsg> request;
    private final GrpcServerResponse<LogRequestMsg, LogResponseMsg> response;
    private final Runnable onEnd;
    private final NodeBudget.Lease lease;
    private State state = State.OPENED;
    private LogBuffer.@Nullable Collector collector;

    private enum State {
        OPENED,
        STARTED,
        READY,
        /** A batch has been sent and not acknowledged. */
        SENT,
        OVER
    }

    LogStream(
            Context context,
            LogBuffer buffer,
            GrpcServerRequest<LogRequestMsg, LogResponseMsg> request,
            NodeBudget.Lease lease,
            Runnable onEnd) {
        this.context = context;
        this.buffer = buffer;
        this.request = request;
        this.lease = lease;
        this.response = request.response();
        this.onEnd = onEnd;
    }

    void start() {
        request.messageHandler(this::onMessage);
        request.invalidMessageHandler(this::onInvalidMessage);
        request.endHandler(halfClosed -> end(GrpcStatus.OK, null));
        request.errorHandler(error -> leave());
        request.exceptionHandler(gone -> leave());
        response.exceptionHandler(gone -> leave());
    }

    private void onMessage(GrpcMessage message) {
        if (state == State.OVER) {
            return;
        }
        try {
            LogRequestMsg asked = RunnerProtocolGrpcService.StreamLogs.decoder().decode(message);
            switch (asked.getBodyCase()) {
                case START -> onStart();
                case READY -> onReady();
                case ACK -> onAck();
                case BODY_NOT_SET -> end(GrpcStatus.INVALID_ARGUMENT, "a message is Start, Ready or Ack");
            }
        } catch (CodecException malformed) {
            end(GrpcStatus.INTERNAL, "message cannot be decoded");
        }
    }

    private void onInvalidMessage(InvalidMessageException invalid) {
        if (invalid instanceof MessageSizeOverflowException tooBig) {
            StatusException told = Oversize.status(tooBig);
            end(told.status(), told.message());
        } else {
            end(GrpcStatus.INTERNAL, "message cannot be decoded");
        }
    }

    private void onStart() {
        if (state != State.OPENED) {
            end(GrpcStatus.FAILED_PRECONDITION, "Start comes once");
            return;
        }
        state = State.STARTED;
        response.writeHead();
        collector = buffer.collect(
                () -> context.runOnContext(turn -> push()),
                () -> context.runOnContext(turn -> end(GrpcStatus.ABORTED, "another collector has taken over")));
    }

    private void onReady() {
        switch (state) {
            case STARTED -> {
                state = State.READY;
                push();
            }
            case OPENED -> end(GrpcStatus.FAILED_PRECONDITION, "Start comes first");
            case READY -> end(GrpcStatus.FAILED_PRECONDITION, "Ready comes once for each batch");
            case SENT -> end(GrpcStatus.FAILED_PRECONDITION, "Ack comes before the next Ready");
            case OVER -> {}
        }
    }

    private void onAck() {
        switch (state) {
            case SENT -> {
                state = State.STARTED;
                collector().acknowledge();
            }
            case OPENED -> end(GrpcStatus.FAILED_PRECONDITION, "Start comes first");
            case STARTED, READY, OVER -> {}
        }
    }

    private void push() {
        if (state == State.READY) {
            LogBatch batch = collector().next();
            if (batch != null) {
                send(LogMessages.of(batch));
            }
        }
    }

    private void send(LogResponseMsg batch) {
        if (!lease.hold(batch.getSerializedSize())) {
            end(GrpcStatus.RESOURCE_EXHAUSTED, OVER_BUDGET);
            return;
        }
        state = State.SENT;
        response.write(batch).onComplete(sent -> lease.giveBack()).onFailure(gone -> leave());
    }

    private void end(GrpcStatus status, @Nullable String text) {
        if (leave()) {
            response.status(status);
            if (text != null) {
                response.statusMessage(text);
            }
            response.end();
        }
    }

    /** @return false if that has been done */
    private boolean leave() {
        if (state == State.OVER) {
            return false;
        }
        state = State.OVER;
        if (collector != null) {
            collector.leave();
        }
        onEnd.run();
        return true;
    }

    private LogBuffer.Collector collector() {
        return Objects.requireNonNull(collector, "not started");
    }
}
