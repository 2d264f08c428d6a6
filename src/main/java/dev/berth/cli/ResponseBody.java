package dev.berth.cli;

import com.google.protobuf.ByteString;
import dev.berth.flow.Source;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientResponse;
import org.jspecify.annotations.Nullable;

/** The pieces of the body among a call's messages. Demand given before the response is there is kept for it. */
final class ResponseBody extends Source<Buffer> {
    private @Nullable GrpcClientResponse<?, RunnerMsg> source;

    ResponseBody() {
        super(Long.MAX_VALUE);
    }

    void attach(GrpcClientResponse<?, RunnerMsg> response) {
        source = response;
        if (isCounted()) {
            response.pause();
            response.fetch(demand());
        }
    }

    void deliver(ByteString data) {
        if (data.isEmpty()) {
            skipped();
        } else {
            handOn(Buffer.buffer(data.toByteArray()));
        }
    }

    /** A message was taken that is no piece of the body: it must not use up the reader's demand. */
    void skipped() {
        if (isCounted() && source != null) {
            source.fetch(1);
        }
    }

    void end() {
        tellEnd();
    }

    void fail(Throwable failure) {
        tellFailure(failure);
    }

    private boolean isCounted() {
        return demand() != Long.MAX_VALUE;
    }

    @Override
    protected void onReady() {}

    @Override
    public ResponseBody pause() {
        super.pause();
        if (source != null) {
            source.pause();
        }
        return this;
    }

    @Override
    public ResponseBody fetch(long amount) {
        super.fetch(amount);
        if (source != null) {
            source.fetch(amount);
        }
        return this;
    }
}
