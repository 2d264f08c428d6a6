package dev.berth.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A call with a large reply, whose reader stops for a while in the middle, then reads frame by frame for as long, then
 * goes on at full speed. Used on one event loop.
 */
final class LargeReply {
    private static final long FRAME_EVERY_MILLIS = 20;

    private final Vertx vertx;
    private final long stallAt;
    private final long stallMillis;
    private final MessageDigest digest;
    private final ByteRate received = new ByteRate();
    private final Promise<Void> done = Promise.promise();
    private final Promise<Void> stalled = Promise.promise();
    private boolean stallOver;
    private long resumedAt;
    private @Nullable String problem;

    LargeReply(Vertx vertx, long stallAt, long stallMillis, MessageDigest digest) {
        this.vertx = vertx;
        this.stallAt = stallAt;
        this.stallMillis = stallMillis;
        this.digest = digest;
    }

    Future<Void> run(EngageConnection connection, CallSpec spec, String callId) {
        EngageWire wire = new EngageWire(spec, Payload.of(0, Payload.FRAME_OF_CLI));
        return connection.engage().compose(request -> {
            request.response().onComplete(response -> read(request, response), done::tryFail);
            request.exceptionHandler(done::tryFail);
            request.writeMessage(wire.tryCall(callId));
            wire.body().forEach(request::writeMessage);
            return done.future().onFailure(stalled::tryFail);
        });
    }

    /** Completes when the reader has stopped. */
    Future<Void> stalled() {
        return stalled.future();
    }

    ByteRate received() {
        return received;
    }

    /** How much had come when the reader went on at full speed. */
    long resumedAt() {
        return resumedAt;
    }

    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void read(GrpcClientRequest<Buffer, Buffer> request, GrpcClientResponse<Buffer, Buffer> response) {
        response.exceptionHandler(done::tryFail);
        response.messageHandler(message -> take(message, response));
        response.endHandler(nothing -> {
            request.cancel();
            if (problem != null) {
                done.tryFail(problem);
            } else {
                done.tryComplete();
            }
        });
    }

    private void take(GrpcMessage message, GrpcClientResponse<Buffer, Buffer> response) {
        try {
            RunnerMsg parsed = EngageWire.parse(message.payload());
            if (parsed.hasData()) {
                digest.update(parsed.getData().getData().asReadOnlyByteBuffer());
                received.passed(parsed.getData().getData().size());
            } else if (parsed.hasFinished() && !parsed.getFinished().getSuccess()) {
                problem = parsed.getFinished().getErrorCode() + " "
                        + parsed.getFinished().getErrorStr();
            }
        } catch (InvalidProtocolBufferException e) {
            problem = e.getMessage();
        }
        if (!stallOver && received.total() >= stallAt) {
            stallOver = true;
            stall(response);
        }
    }

    private void stall(GrpcClientResponse<Buffer, Buffer> response) {
        response.pause();
        stalled.tryComplete();
        vertx.setTimer(stallMillis, nothing -> {
            long slowly = vertx.setPeriodic(FRAME_EVERY_MILLIS, id -> response.fetch(1));
            vertx.setTimer(stallMillis, over -> {
                vertx.cancelTimer(slowly);
                resumedAt = received.total();
                response.resume();
            });
        });
    }
}
