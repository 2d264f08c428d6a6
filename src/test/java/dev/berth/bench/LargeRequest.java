package dev.berth.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A call with a body made while it is sent, as fast as the runner takes it. Used on one event loop. */
final class LargeRequest {
    private static final int FRAME = 64 * 1024;

    private final long length;
    private final StreamNodeBytes bytes = new StreamNodeBytes();
    private final MessageDigest digest;
    private final ByteRate sent = new ByteRate();
    private final Buffer reply = Buffer.buffer();
    private final Promise<JsonObject> done = Promise.promise();
    private @Nullable String problem;
    private boolean ended;

    LargeRequest(long length, MessageDigest digest) {
        this.length = length;
        this.digest = digest;
    }

    /** Makes the call; completes with the function's reply, a JSON object. */
    Future<JsonObject> run(EngageConnection connection, CallSpec spec, String callId) {
        EngageWire wire = new EngageWire(spec, Payload.of(0, FRAME));
        return connection.engage().compose(request -> {
            request.response().onComplete(response -> read(request, response), done::tryFail);
            request.exceptionHandler(done::tryFail);
            request.writeMessage(wire.tryCall(callId));
            request.drainHandler(nothing -> write(request));
            write(request);
            return done.future();
        });
    }

    /** What has been handed to the connection, by time. */
    ByteRate sent() {
        return sent;
    }

    /** Of all that was sent; once the call is over. */
    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void write(GrpcClientRequest<Buffer, Buffer> request) {
        while (sent.total() < length && !request.writeQueueFull()) {
            long at = sent.total();
            byte[] block = bytes.block(at / StreamNodeBytes.BLOCK);
            int start = (int) (at % StreamNodeBytes.BLOCK);
            int count = (int) Math.min(FRAME, Math.min(length - at, StreamNodeBytes.BLOCK - start));
            digest.update(block, start, count);
            request.writeMessage(frame(ByteString.copyFrom(block, start, count), false));
            sent.passed(count);
        }
        if (sent.total() == length && !ended) {
            ended = true;
            request.writeMessage(frame(ByteString.EMPTY, true));
        }
    }

    private static io.vertx.grpc.common.GrpcMessage frame(ByteString data, boolean eof) {
        return EngageWire.message(ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(data).setEof(eof))
                .build()
                .toByteArray());
    }

    private void read(GrpcClientRequest<Buffer, Buffer> request, GrpcClientResponse<Buffer, Buffer> response) {
        response.exceptionHandler(done::tryFail);
        response.messageHandler(message -> take(message.payload()));
        response.endHandler(nothing -> {
            request.cancel();
            if (problem != null) {
                done.tryFail(problem);
            } else {
                done.tryComplete(reply.toJsonObject());
            }
        });
    }

    private void take(Buffer payload) {
        try {
            RunnerMsg message = EngageWire.parse(payload);
            if (message.hasData()) {
                reply.appendBytes(message.getData().getData().toByteArray());
            } else if (message.hasFinished() && !message.getFinished().getSuccess()) {
                problem = message.getFinished().getErrorCode() + " "
                        + message.getFinished().getErrorStr();
            }
        } catch (InvalidProtocolBufferException e) {
            problem = e.getMessage();
        }
    }
}
