package dev.berth.stream;

import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * One call's two half-streams between the verticle that opened it (the initiator) and the one that accepted
 * it. Bytes cost credit; notes, half-close, finish, cancel and grants do not. Everything but grants and
 * cancels arrives in the order sent.
 *
 * <p>Confined to the context of the endpoint it belongs to: every method is called and every handler runs
 * there.
 */
public interface FrameStream {

    /** The payload the initiator opened the stream with. */
    Object openPayload();

    /** Bytes from the peer. Ends when the peer half-closed or finished; fails when the stream was cancelled. */
    ReadStream<Buffer> inbound();

    /**
     * Bytes to the peer. {@code end()} half-closes this direction. {@code writeQueueFull()} while there is no
     * credit; what is written all the same is kept up to a cap, past which the stream is cancelled.
     */
    WriteStream<Buffer> outbound();

    /** Sends a small object in order with the bytes, at no credit. */
    void note(Object payload);

    /** Receives the peer's notes; a note is delivered even while {@link #inbound()} is paused, once it is at the head. */
    FrameStream noteHandler(@Nullable Handler<Object> handler);

    /** Acceptor only: ends the whole stream, both directions, once what is queued has been sent. */
    Future<Void> finish(Object payload);

    /**
     * Initiator only: the acceptor finished. Called once, last of all handlers: after all bytes and notes, and
     * after the inbound end handler, which a finish calls too unless a half-close did before.
     */
    FrameStream finishHandler(@Nullable Handler<Object> handler);

    /** Ends both directions now; the peer fails with {@code why}. Queued bytes are dropped. Idempotent. */
    void cancel(RunnerException why);

    /** Called once if the stream fails: the peer cancelled or was lost, or frames were lost. Not after {@link #cancel} here. */
    FrameStream failureHandler(@Nullable Handler<RunnerException> handler);
}
