package dev.berth.worker.stdio;

import dev.berth.call.CallRequest;
import dev.berth.call.ResponseHead;
import dev.berth.error.RunnerException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** One call, as an exchange over stdin and stdout sees it. Confined to the exchange's context. */
public interface StdioCall {
    CallRequest request();

    /** The request's body. Silent, and never ended, once the caller has gone. */
    ReadStream<Buffer> body();

    /** Where the answer's body goes. */
    WriteStream<Buffer> out();

    /** Something of the call has been handed to the function. */
    void markSent();

    boolean sent();

    /** Passes on the answer's head; before its body, and once. */
    void answer(ResponseHead head);

    /** @param keep whether the container can take another call */
    void succeed(boolean keep);

    /** @param keep whether the container can take another call */
    void fail(RunnerException error, boolean keep);
}
