package dev.berth.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import io.vertx.grpc.client.GrpcClientRequest;
import org.jspecify.annotations.Nullable;

/** Writes a request body as frames. Once closed, writes fail instead of throwing. */
final class BodyWriter implements WriteStream<Buffer> {
    private static final ClientMsg END = frame(ByteString.EMPTY, true);

    private final GrpcClientRequest<ClientMsg, RunnerMsg> request;
    private final EngageOptions options;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable Throwable closed;

    BodyWriter(GrpcClientRequest<ClientMsg, RunnerMsg> request, EngageOptions options) {
        this.request = request;
        this.options = options;
    }

    Future<Void> send(ClientMsg message) {
        if (closed != null) {
            return Future.failedFuture(closed);
        }
        try {
            return request.write(message);
        } catch (IllegalStateException resetMeanwhile) {
            return Future.failedFuture(resetMeanwhile);
        }
    }

    @Override
    public Future<Void> write(Buffer data) {
        byte[] bytes = data.getBytes();
        Future<Void> last = Future.succeededFuture();
        for (int at = 0; at < bytes.length; at += options.frameBytes()) {
            int length = Math.min(options.frameBytes(), bytes.length - at);
            last = send(frame(UnsafeByteOperations.unsafeWrap(bytes, at, length), false));
        }
        return last;
    }

    @Override
    public Future<Void> end() {
        Future<Void> sent = send(END);
        if (!options.halfClose() || closed != null) {
            return sent;
        }
        try {
            return request.end();
        } catch (IllegalStateException resetMeanwhile) {
            return Future.failedFuture(resetMeanwhile);
        }
    }

    /** The call is over: whoever writes is told. */
    void close(Throwable why) {
        if (closed == null) {
            closed = why;
            if (exceptionHandler != null) {
                exceptionHandler.handle(why);
            }
        }
    }

    @Override
    public BodyWriter exceptionHandler(@Nullable Handler<Throwable> handler) {
        this.exceptionHandler = handler;
        return this;
    }

    @Override
    public BodyWriter setWriteQueueMaxSize(int maxSize) {
        request.setWriteQueueMaxSize(maxSize);
        return this;
    }

    @Override
    public boolean writeQueueFull() {
        return request.writeQueueFull();
    }

    @Override
    public BodyWriter drainHandler(@Nullable Handler<Void> handler) {
        request.drainHandler(handler);
        return this;
    }

    private static ClientMsg frame(ByteString data, boolean eof) {
        return ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(data).setEof(eof))
                .build();
    }
}
