package dev.berth.cli;

import com.google.protobuf.ByteString;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.grpc.client.GrpcClientResponse;
import org.jspecify.annotations.Nullable;

/** The pieces of the body among a call's messages. Demand given before the response is there is kept for it. */
final class ResponseBody implements ReadStream<Buffer> {
    private @Nullable GrpcClientResponse<?, RunnerMsg> source;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    /** What was asked for before the response was there; Long.MAX_VALUE: everything. */
    private long demand = Long.MAX_VALUE;

    private boolean counted;
    private boolean over;

    void attach(GrpcClientResponse<?, RunnerMsg> response) {
        source = response;
        if (demand != Long.MAX_VALUE) {
            response.pause();
            response.fetch(demand);
        }
    }

    void deliver(ByteString data) {
        if (data.isEmpty()) {
            skipped();
        } else if (handler != null) {
            handler.handle(Buffer.buffer(data.toByteArray()));
        }
    }

    /** A message was taken that is no piece of the body: it must not use up the reader's demand. */
    void skipped() {
        if (counted && source != null) {
            source.fetch(1);
        }
    }

    void end() {
        if (!over) {
            over = true;
            if (endHandler != null) {
                endHandler.handle(null);
            }
        }
    }

    void fail(Throwable failure) {
        if (!over) {
            over = true;
            if (exceptionHandler != null) {
                exceptionHandler.handle(failure);
            }
        }
    }

    @Override
    public ResponseBody handler(@Nullable Handler<Buffer> pieces) {
        this.handler = pieces;
        return this;
    }

    @Override
    public ResponseBody endHandler(@Nullable Handler<Void> ended) {
        this.endHandler = ended;
        return this;
    }

    @Override
    public ResponseBody exceptionHandler(@Nullable Handler<Throwable> failed) {
        this.exceptionHandler = failed;
        return this;
    }

    @Override
    public ResponseBody pause() {
        demand = 0;
        counted = true;
        if (source != null) {
            source.pause();
        }
        return this;
    }

    @Override
    public ResponseBody resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public ResponseBody fetch(long amount) {
        demand = amount > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + amount;
        counted = demand != Long.MAX_VALUE;
        if (source != null) {
            source.fetch(amount);
        }
        return this;
    }
}
