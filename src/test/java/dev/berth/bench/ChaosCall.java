package dev.berth.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.CallFinished;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One call of a chaos run, down to its outcome in words: {@code ok}, {@code given up}, code and text of an error, or
 * what else was seen. An answer is good only if it has the call's own bytes and nothing more. Used on one event loop.
 */
final class ChaosCall {
    private static final int MOST_CANCEL_MILLIS = 400;
    private static final int TRICKLE_MILLIS = 20;
    private static final int TRICKLE_BYTES = 7;
    private static final int LONGEST_SECONDS = 180;
    private static final int FRAME = 10 * 1024;
    private static final int SHOWN = 200;

    private final Vertx vertx;
    private final ChaosKind kind;
    private final String callId;
    private final RandomGenerator random;
    private final Promise<String> outcome = Promise.promise();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable CallFinished finished;
    private boolean foreign;

    ChaosCall(Vertx vertx, ChaosKind kind, String callId, RandomGenerator random) {
        this.vertx = vertx;
        this.kind = kind;
        this.callId = callId;
        this.random = random;
    }

    /** Never fails. */
    Future<String> run(EngageConnection connection) {
        long limit = vertx.setTimer(LONGEST_SECONDS * 1000L, due -> outcome.tryComplete("no end"));
        connection.engage().onComplete(this::start, failure -> outcome.tryComplete("no stream: " + failure));
        return outcome.future().onComplete(any -> vertx.cancelTimer(limit));
    }

    private void start(GrpcClientRequest<Buffer, Buffer> request) {
        request.exceptionHandler(failure -> outcome.tryComplete("stream: " + failure));
        request.response()
                .onComplete(response -> read(request, response), failure -> outcome.tryComplete("" + failure));
        request.writeMessage(message(ClientMsg.newBuilder()
                .setTry(TryCall.newBuilder()
                        .setModelsCallJson(kind.document(callId))
                        .setSlotHashId(ByteString.copyFrom(kind.spec().slotHash())))
                .build()));
        byte[] bytes = kind.body(callId).getBytes(StandardCharsets.US_ASCII);
        if (kind.client() == ChaosKind.Client.TRICKLES) {
            trickle(request, bytes, 0);
        } else {
            for (int at = 0; at < bytes.length; at += FRAME) {
                request.writeMessage(data(bytes, at, Math.min(bytes.length, at + FRAME), false));
            }
            request.writeMessage(data(bytes, 0, 0, true));
        }
        if (kind.client() == ChaosKind.Client.CANCELS) {
            vertx.setTimer(1 + random.nextInt(MOST_CANCEL_MILLIS), due -> {
                outcome.tryComplete(ChaosKind.GIVEN_UP);
                request.cancel();
            });
        }
    }

    private void trickle(GrpcClientRequest<Buffer, Buffer> request, byte[] bytes, int from) {
        int to = Math.min(bytes.length, from + TRICKLE_BYTES);
        request.writeMessage(data(bytes, from, to, to == bytes.length));
        if (to < bytes.length) {
            vertx.setTimer(TRICKLE_MILLIS, due -> trickle(request, bytes, to));
        }
    }

    private static GrpcMessage data(byte[] bytes, int from, int to, boolean last) {
        return message(ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder()
                        .setData(ByteString.copyFrom(bytes, from, to - from))
                        .setEof(last))
                .build());
    }

    private static GrpcMessage message(ClientMsg message) {
        return EngageWire.message(message.toByteArray());
    }

    private void read(GrpcClientRequest<Buffer, Buffer> request, GrpcClientResponse<Buffer, Buffer> response) {
        response.exceptionHandler(failure -> outcome.tryComplete("stream: " + failure));
        response.messageHandler(this::take);
        response.endHandler(end -> {
            request.cancel();
            outcome.tryComplete(judge(response));
        });
    }

    private void take(GrpcMessage message) {
        try {
            RunnerMsg parsed = EngageWire.parse(message.payload());
            switch (parsed.getBodyCase()) {
                case RESULT_START ->
                    foreign |= parsed.getResultStart().getHttp().getHeadersList().stream()
                            .anyMatch(header -> header.getKey().equalsIgnoreCase("X-Foreign"));
                case DATA -> body.writeBytes(parsed.getData().getData().toByteArray());
                case FINISHED -> finished = parsed.getFinished();
                case BODY_NOT_SET -> outcome.tryComplete("an empty message");
            }
        } catch (InvalidProtocolBufferException unreadable) {
            outcome.tryComplete("unreadable message: " + unreadable);
        }
    }

    private String judge(GrpcClientResponse<Buffer, Buffer> response) {
        if (foreign) {
            return "another's headers";
        }
        if (kind.client() == ChaosKind.Client.CANCELS) {
            return ChaosKind.GIVEN_UP;
        }
        if (response.status() != GrpcStatus.OK) {
            return "status " + response.status() + " " + response.statusMessage();
        }
        if (finished == null) {
            return "unfinished";
        }
        if (!finished.getSuccess()) {
            return finished.getErrorCode() + " " + finished.getErrorStr();
        }
        String got = body.toString(StandardCharsets.ISO_8859_1);
        return got.equals(kind.answer(callId))
                ? ChaosKind.OK
                : "another body of " + got.length() + " bytes: " + got.substring(0, Math.min(SHOWN, got.length()));
    }
}
