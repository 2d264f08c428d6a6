package dev.berth.ingress;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.proto.CallFinished;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import dev.berth.proto.TryCall;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One stream of an {@link EngageClient}. */
public final class EngageCall {
    public final HttpClientRequest request;
    private final BlockingQueue<Buffer> unseen = new LinkedBlockingQueue<>();

    private final Promise<Result> result = Promise.promise();
    private final List<Buffer> payloads = new ArrayList<>();
    private Buffer unread = Buffer.buffer();

    public EngageCall(HttpClientRequest request) {
        this.request = request;
        request.setChunked(true);
        request.exceptionHandler(result::tryFail);
        request.response().onFailure(result::tryFail).onSuccess(this::onResponse);
        request.sendHead();
    }

    /** How a stream ended. */
    public record Result(int http, String status, String text, List<Buffer> payloads) {
        public List<RunnerMsg> messages() {
            return payloads.stream().map(EngageCall::parse).toList();
        }

        public CallFinished finished() {
            return messages().get(payloads.size() - 1).getFinished();
        }

        public String body() {
            ByteString bytes = ByteString.EMPTY;
            for (RunnerMsg message : messages()) {
                bytes = bytes.concat(message.getData().getData());
            }
            return bytes.toStringUtf8();
        }
    }

    private void onResponse(HttpClientResponse response) {
        response.exceptionHandler(result::tryFail);
        response.handler(this::onBytes);
        response.endHandler(v -> {
            String status = response.getHeader("grpc-status") != null
                    ? response.getHeader("grpc-status")
                    : response.getTrailer("grpc-status");
            String text = response.getHeader("grpc-message") != null
                    ? response.getHeader("grpc-message")
                    : response.getTrailer("grpc-message");
            result.tryComplete(new Result(
                    response.statusCode(),
                    status,
                    text == null ? null : URLDecoder.decode(text, StandardCharsets.UTF_8),
                    List.copyOf(payloads)));
        });
    }

    private void onBytes(Buffer bytes) {
        unread.appendBuffer(bytes);
        int at = 0;
        while (unread.length() - at >= 5 && unread.length() - at - 5 >= unread.getInt(at + 1)) {
            int length = unread.getInt(at + 1);
            Buffer payload = unread.getBuffer(at + 5, at + 5 + length);
            payloads.add(payload);
            unseen.add(payload);
            at += 5 + length;
        }
        unread = unread.getBuffer(at, unread.length());
    }

    private static RunnerMsg parse(Buffer payload) {
        try {
            return RunnerMsg.parseFrom(payload.getBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    public Future<Void> send(ClientMsg message) {
        byte[] bytes = message.toByteArray();
        return raw(0, bytes);
    }

    public Future<Void> raw(int flags, byte[] payload) {
        return request.write(Buffer.buffer()
                .appendByte((byte) flags)
                .appendInt(payload.length)
                .appendBytes(payload));
    }

    public EngageCall tryCall(String model) {
        return tryCall(TryCall.newBuilder().setModelsCallJson(model));
    }

    public EngageCall tryCall(TryCall.Builder call) {
        send(ClientMsg.newBuilder().setTry(call).build());
        return this;
    }

    public EngageCall data(String text, boolean eof) {
        return data(text.getBytes(StandardCharsets.UTF_8), eof);
    }

    public EngageCall data(byte[] bytes, boolean eof) {
        send(frame(bytes, eof));
        return this;
    }

    public static ClientMsg frame(byte[] bytes, boolean eof) {
        return ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder()
                        .setData(ByteString.copyFrom(bytes))
                        .setEof(eof))
                .build();
    }

    public EngageCall halfClose() {
        request.end();
        return this;
    }

    /** RST_STREAM with CANCEL, as a balancer's library sends it. */
    public EngageCall cancel() {
        Await.of(request.reset(8).mapEmpty().recover(e -> Future.succeededFuture()));
        return this;
    }

    public Future<Result> future() {
        return result.future();
    }

    public Result result() {
        return Await.of(result.future());
    }

    /** The next message as it comes. */
    public Buffer nextPayload() {
        return Await.next(unseen);
    }
}
