package dev.berth.worker;

import dev.berth.bus.CallEnd;
import dev.berth.bus.RunCall;
import dev.berth.call.CallRequest;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.stream.FrameStream;
import dev.berth.worker.stdio.StdioCall;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * One call on one container, from its lease to its end. Ends exactly once: by the function's answer, an
 * error, the deadline, or the caller's cancel. Confined to the worker's context.
 */
final class ActiveCall implements StdioCall {
    /** Hears of the end. */
    interface Owner {
        /** @param keep whether the container can take another call */
        void callOver(ActiveCall call, boolean keep);

        /**
         * The call broke off within the function, perhaps because the container has ended. It waits to be told by
         * {@link ActiveCall#explain}.
         */
        void callBroke(ActiveCall call);

        /**
         * The call ends, and its stream is to be finished with what is known of it.
         *
         * @param error null: it succeeded
         */
        void tell(ActiveCall call, @Nullable RunnerException error);
    }

    private final FrameStream stream;
    private final RunCall call;
    private final Owner owner;
    private final long dueNanos;
    private boolean begun;
    private long beganNanos;
    private boolean sent;
    private boolean answered;
    private boolean over;
    private boolean foundNobody;
    /** Whether its container can take another call, as far as it shows. */
    private boolean keeps;

    private @Nullable RunnerException unexplained;

    /** @param dueNanos when its time is over, by {@link System#nanoTime} */
    ActiveCall(FrameStream stream, RunCall call, long dueNanos, Owner owner) {
        this.stream = stream;
        this.call = call;
        this.dueNanos = dueNanos;
        this.owner = owner;
    }

    /** Nanoseconds until its time is over. */
    long left() {
        return dueNanos - System.nanoTime();
    }

    FrameStream stream() {
        return stream;
    }

    @Override
    public CallRequest request() {
        return call.request();
    }

    @Override
    public ReadStream<Buffer> body() {
        return stream.inbound();
    }

    @Override
    public WriteStream<Buffer> out() {
        return stream.outbound();
    }

    long lease() {
        return call.lease();
    }

    /** Whether the exchange has been given the call. */
    boolean begun() {
        return begun;
    }

    void begin(FunctionExchange exchange) {
        begun = true;
        beganNanos = System.nanoTime();
        exchange.begin(this);
    }

    /** Nanoseconds since it has begun; it must have. */
    long lasted() {
        return System.nanoTime() - beganNanos;
    }

    /** Whether somebody will look at what it has used, however short it is. */
    boolean looked() {
        return call.looked();
    }

    /** Whether anything of the call has been handed to the function. If so it is never run again. */
    @Override
    public boolean sent() {
        return sent;
    }

    @Override
    public void markSent() {
        sent = true;
    }

    /** Whether the answer's head has been passed on. */
    boolean answered() {
        return answered;
    }

    boolean over() {
        return over;
    }

    /** Passes on the answer's head; its body goes to the stream's outbound side. */
    @Override
    public void answer(ResponseHead head) {
        answered = true;
        stream.note(head);
    }

    /** Tells how it has ended and leaves the stream to be finished; what still comes of the request is dropped. */
    void note(CallEnd end) {
        ReadStream<Buffer> rest = stream.inbound();
        rest.endHandler(null);
        rest.handler(null);
        stream.note(end);
    }

    @Override
    public void succeed(boolean keep) {
        end(null, keep);
    }

    @Override
    public void fail(RunnerException error, boolean keep) {
        if (unexplained != null) {
            return;
        }
        if (!over && sent && !keep && ExitAccount.mayExplain(error)) {
            unexplained = error;
            owner.callBroke(this);
        } else {
            end(error, keep);
        }
    }

    boolean keeps() {
        return keeps;
    }

    /** Whether it has ended because there was no function to take it. */
    boolean foundNobody() {
        return foundNobody;
    }

    /** Whether it broke off and its end has not been told yet. */
    boolean broken() {
        return unexplained != null && !over;
    }

    /** Ends a broken call without a word to the owner, by the account of its container's end. */
    void explain(RunnerException account) {
        finish(account);
    }

    /**
     * Ends a broken call whose container has not been said to have ended.
     *
     * @param account what it broke of; null: what the connection showed
     */
    void settle(@Nullable RunnerException account) {
        if (unexplained != null) {
            end(account == null ? unexplained : account, false);
        }
    }

    private void end(@Nullable RunnerException error, boolean keep) {
        keeps = keep;
        foundNobody = error != null && error.code() == ErrorCode.SLOT_GONE;
        if (finish(error)) {
            owner.callOver(this, keep);
        }
    }

    /** Ends the call without a word to the owner, whose doing it is. */
    boolean finish(@Nullable RunnerException error) {
        if (over) {
            return false;
        }
        over = true;
        owner.tell(this, error);
        return true;
    }

    /** The caller has gone: nobody is left to be told the outcome. */
    void abandon(boolean keep) {
        if (!over) {
            over = true;
            owner.callOver(this, keep);
        }
    }
}
