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
 * there. Handlers may call any method of the stream. An exception thrown by a handler ends the stream at both
 * ends with INTERNAL. Events other than data and notes wait for their handler if it is set late.
 */
public interface FrameStream {

    /** The payload the initiator opened the stream with. */
    Object openPayload();

    /**
     * Bytes from the peer, which wait until a first handler is set; after {@code handler(null)} they are
     * dropped and credited. Ends when the peer half-closed or finished, even while paused once nothing else is
     * queued; fails when the stream failed or was cancelled on either side. Silent after {@link #finish} here.
     */
    ReadStream<Buffer> inbound();

    /**
     * Bytes to the peer, which belong to the stream once written. A write completes when its last byte has
     * been given to the bus, which may be before it returns. {@code end()} half-closes this direction.
     *
     * <p>{@code writeQueueFull()} while there is no credit. What is written all the same is kept; a write on
     * top of four windows breaks the stream with STREAM_BROKEN. Queued writes fail if the stream fails or is
     * cancelled. After the acceptor has finished, queued and later writes of the initiator succeed and their
     * bytes are dropped.
     */
    WriteStream<Buffer> outbound();

    /**
     * Sends a small object in order with the bytes, at no credit. Dropped once the stream is over; an
     * IllegalStateException after a half-close or finish here.
     */
    void note(Object payload);

    /** Receives the peer's notes; a note is delivered even while {@link #inbound()} is paused, once it is at the head. */
    FrameStream noteHandler(@Nullable Handler<Object> handler);

    /**
     * Acceptor only: ends the whole stream, both directions, once what is queued has been sent; then the future
     * completes. It fails if the stream fails first. Inbound bytes are dropped from now on.
     */
    Future<Void> finish(Object payload);

    /**
     * Initiator only: the acceptor finished. Called once, last of all handlers: after all bytes and notes, and
     * after the inbound end handler, which a finish calls too unless a half-close did before.
     */
    FrameStream finishHandler(@Nullable Handler<Object> handler);

    /**
     * Ends both directions now; the peer fails with {@code why}. Queued bytes are dropped; the exception
     * handlers of both half-streams are called, so that pipes end. Nothing happens if the stream is over.
     */
    void cancel(RunnerException why);

    /**
     * Called once if the stream fails: the peer cancelled or was lost, frames were lost, or a handler threw. Not
     * after {@link #cancel} here.
     */
    FrameStream failureHandler(@Nullable Handler<RunnerException> handler);
}
