package dev.berth.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import java.util.List;
import java.util.random.RandomGenerator;

/** A call that is given up at a stage, by resetting its stream or by whoever made its connection. */
final class BrokenCall {
    private static final int PREFIX = 5;
    private static final int CANCEL = 8;
    private static final int MOST_DELAY_MILLIS = 6;
    private static final int HALF_REPLY = 100_000;

    private final Vertx vertx;
    private final CancelStage stage;
    private final EngageWire wire;
    private final String callId;
    private final int delayMillis;
    private final Promise<Void> reached = Promise.promise();
    private int replyBytes;

    BrokenCall(Vertx vertx, CancelStage stage, EngageWire wire, String callId, RandomGenerator random) {
        this.vertx = vertx;
        this.stage = stage;
        this.wire = wire;
        this.callId = callId;
        this.delayMillis = random.nextInt(MOST_DELAY_MILLIS);
    }

    /** Completes when the stage is reached. Fails when it cannot be reached any more. */
    Future<Void> run(HttpClientRequest request) {
        request.exceptionHandler(reached::tryFail);
        request.response().onComplete(this::read, reached::tryFail);
        List<GrpcMessage> body = wire.body();
        Buffer first = framed(wire.tryCall(callId));
        switch (stage) {
            case HEAD_SENT -> request.sendHead();
            case WITHIN_THE_FIRST_MESSAGE -> request.write(first.slice(0, first.length() / 2));
            case CALL_SENT -> request.write(first);
            case WITHIN_THE_BODY -> {
                request.write(first);
                body.subList(0, body.size() / 2).forEach(message -> request.write(framed(message)));
            }
            case WHILE_THE_FUNCTION_WORKS, WHEN_THE_REPLY_STARTS, WITHIN_THE_REPLY, WHEN_FINISHED -> {
                request.write(first);
                body.forEach(message -> request.write(framed(message)));
            }
        }
        if (stage.compareTo(CancelStage.WHEN_THE_REPLY_STARTS) < 0) {
            later();
        }
        return reached.future();
    }

    static Future<Void> reset(HttpClientRequest request) {
        // A stream that has ended meanwhile cannot be reset, which is as good.
        return request.reset(CANCEL).otherwiseEmpty();
    }

    private void later() {
        if (delayMillis == 0) {
            reached.tryComplete();
        } else {
            vertx.setTimer(delayMillis, nothing -> reached.tryComplete());
        }
    }

    private void read(HttpClientResponse response) {
        response.exceptionHandler(reached::tryFail);
        response.handler(bytes -> {
            replyBytes += bytes.length();
            if (stage == CancelStage.WHEN_THE_REPLY_STARTS
                    || stage == CancelStage.WITHIN_THE_REPLY && replyBytes >= HALF_REPLY) {
                later();
            }
        });
        response.endHandler(nothing -> {
            if (stage == CancelStage.WHEN_FINISHED && replyBytes < HALF_REPLY) {
                reached.tryFail("a whole reply has only " + replyBytes + " bytes");
            }
            reached.tryComplete();
        });
    }

    private static Buffer framed(GrpcMessage message) {
        Buffer payload = message.payload();
        return Buffer.buffer(PREFIX + payload.length())
                .appendByte((byte) 0)
                .appendInt(payload.length())
                .appendBuffer(payload);
    }
}
