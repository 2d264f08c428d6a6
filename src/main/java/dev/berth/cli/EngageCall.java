package dev.berth.cli;

import dev.berth.proto.CallFinished;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * One Engage stream. Confined to the context its future completed on: methods are called and handlers run
 * there.
 *
 * <p>{@code RunnerMsg}s arrive in order: the head, pieces of the body, the end. While {@link #response()} is
 * paused nothing arrives at all, and HTTP/2 flow control holds the runner.
 */
public final class EngageCall {
    /** How long past the deadline the runner may take to say so itself. */
    private static final long GRACE_MILLIS = 500;

    private final GrpcClientRequest<ClientMsg, RunnerMsg> request;
    private final RunnerAddress address;
    private final BodyWriter body;
    private final ResponseBody responseBody = new ResponseBody();
    private final Promise<CallFinished> end = Promise.promise();
    private @Nullable Handler<HttpRespMeta> headHandler;
    private @Nullable CallFinished finished;

    EngageCall(GrpcClientRequest<ClientMsg, RunnerMsg> request, EngageOptions options, RunnerAddress address) {
        this.request = request;
        this.address = address;
        this.body = new BodyWriter(request, options);
        request.exceptionHandler(this::onFailure);
        request.response().onSuccess(this::onResponse).onFailure(this::onFailure);
        if (options.deadline() != null) {
            startTimer(options.deadline().toMillis() + GRACE_MILLIS);
        }
    }

    /** Sends one message as it is, for what {@link #body()} does not do. */
    public Future<Void> send(ClientMsg message) {
        return body.send(message);
    }

    /** The request body; ending it sends the end mark. Writes fail once the call is over. */
    public WriteStream<Buffer> body() {
        return body;
    }

    /** Called with status and headers, before any piece of the body; not at all for a call that fails at once. */
    public EngageCall headHandler(Handler<HttpRespMeta> handler) {
        this.headHandler = handler;
        return this;
    }

    /** The function's answer. Ends with a successful call, fails with {@link CallFailure} or {@link GrpcFailure}. */
    public ReadStream<Buffer> response() {
        return responseBody;
    }

    /**
     * The call's end, successful or not, once the runner has closed the stream properly; fails with
     * {@link GrpcFailure} when it did not.
     */
    public Future<CallFinished> finished() {
        return end.future();
    }

    /** Resets the stream. Nothing is heard of it afterwards; {@link #finished()} fails with CANCELLED. */
    public void cancel() {
        giveUp(new GrpcFailure(GrpcStatus.CANCELLED.name(), "cancelled here"));
    }

    private void startTimer(long millis) {
        Context context = Vertx.currentContext();
        long timer = context.owner()
                .setTimer(
                        millis,
                        id -> giveUp(
                                new GrpcFailure(GrpcStatus.DEADLINE_EXCEEDED.name(), "no answer within the deadline")));
        end.future().onComplete(over -> context.owner().cancelTimer(timer));
    }

    /** The reset itself is told as a failure too, by then of no interest. */
    private void giveUp(GrpcFailure why) {
        onFailure(why);
        request.cancel();
    }

    private void onResponse(GrpcClientResponse<ClientMsg, RunnerMsg> response) {
        response.exceptionHandler(this::onFailure);
        response.errorHandler(error -> onFailure(RpcEnd.failure(error)));
        response.endHandler(ended -> onEnd(response));
        response.handler(this::onMessage);
        responseBody.attach(response);
    }

    private void onMessage(RunnerMsg message) {
        switch (message.getBodyCase()) {
            case RESULT_START -> {
                responseBody.skipped();
                if (headHandler != null) {
                    headHandler.handle(message.getResultStart().getHttp());
                }
            }
            case DATA -> responseBody.deliver(message.getData().getData());
            case FINISHED -> {
                responseBody.skipped();
                onFinished(message.getFinished());
            }
            case BODY_NOT_SET -> responseBody.skipped();
        }
    }

    private void onFinished(CallFinished message) {
        finished = message;
        body.close(new CallFailure(message));
        if (message.getSuccess()) {
            responseBody.end();
        } else {
            responseBody.fail(new CallFailure(message));
        }
    }

    private void onEnd(GrpcClientResponse<ClientMsg, RunnerMsg> response) {
        GrpcFailure failure = RpcEnd.failureOf(response);
        if (failure != null) {
            onFailure(failure);
        } else if (finished == null) {
            onFailure(new GrpcFailure("INTERNAL", "the stream ended without the end of the call"));
        } else {
            end.tryComplete(finished);
        }
    }

    private void onFailure(Throwable cause) {
        GrpcFailure failure = RpcEnd.failure(cause, address);
        if (end.tryFail(failure)) {
            body.close(failure);
            responseBody.fail(failure);
        }
    }
}
