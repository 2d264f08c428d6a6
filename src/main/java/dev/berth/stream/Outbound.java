package dev.berth.stream;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a stream. Sends at once while there is credit, and room on the way to another node; keeps the rest
 * in order. Holds at most
 * {@link Windows#queue} and the write that went past it, in {@code MAX_QUEUED} writes and notes.
 */
final class Outbound implements WriteStream<Buffer> {
    private static final int MAX_QUEUED = 4096;
    private static final long GOES_ON = Long.MIN_VALUE;
    private static final Future<Void> SENT = Future.succeededFuture();

    private enum State {
        OPEN,
        /** Half-closed or finished here; what is queued is still sent. */
        ENDED,
        /** The peer finished and wants no more: writes succeed and go nowhere. */
        DISCARDING,
        FAILED
    }

    private enum Kind {
        DATA,
        NOTE,
        END,
        FINISH
    }

    /** @param payload a Buffer for DATA; null for END */
    private record Queued(Kind kind, @Nullable Object payload, Promise<Void> sent) {}

    private final BusStream stream;
    private final CreditWindow credit;
    private final int maxFrame;
    private final long cap;
    /** The credit that the peer has not given yet. */
    private final @Nullable RoomShare presumed;
    /** The way to another node; null within a node. */
    private final @Nullable LinkTurn link;

    private final ArrayDeque<Queued> queue = new ArrayDeque<>(2);
    private State state = State.OPEN;
    private long queuedBytes;
    /** How much of the queue's first buffer has been sent. */
    private int headSent;

    private long seq;
    /** A drain is due once there is room again. */
    private boolean blocked;
    /** When it came to stand still, with more to come or with something left to send; {@link #GOES_ON}: it does not. */
    private long stalledAt = GOES_ON;

    private @Nullable RunnerException failure;
    private @Nullable Handler<Void> drainHandler;
    private @Nullable Handler<Throwable> exceptionHandler;

    Outbound(BusStream stream, Windows windows, @Nullable Link link) {
        this.stream = stream;
        this.credit = new CreditWindow(windows.credit());
        this.maxFrame = windows.frame();
        this.cap = windows.queue();
        this.presumed = windows.presumed();
        this.link = link == null ? null : new LinkTurn(link, stream::later, () -> stream.guarded(this::goOn));
        this.blocked = windows.credit() <= 0;
    }

    @Override
    public Future<Void> write(Buffer bytes) {
        stream.checkThread();
        if (state != State.OPEN) {
            return refuse();
        }
        int length = bytes.length();
        if (length == 0) {
            return SENT;
        }
        if (queue.isEmpty()
                && length <= maxFrame
                && length <= credit.available()
                && (link == null || link.takes(length))) {
            credit.take(length);
            stream.send(new Frame.Data(seq++, bytes));
            blocked = credit.available() == 0;
            watchStall();
            return SENT;
        }
        return enqueue(Kind.DATA, bytes);
    }

    void note(Object payload) {
        stream.checkThread();
        if (state == State.ENDED) {
            throw new IllegalStateException("note after the end of stream " + stream.id());
        }
        if (state != State.OPEN) {
            return;
        }
        if (queue.isEmpty()) {
            stream.send(new Frame.Note(seq++, payload));
        } else {
            enqueue(Kind.NOTE, payload);
        }
    }

    @Override
    public Future<Void> end() {
        stream.checkThread();
        if (state != State.OPEN) {
            return refuse();
        }
        state = State.ENDED;
        return append(Kind.END, null);
    }

    /** Acceptor only, once; after {@link #end()} or in its place. */
    Future<Void> finish(Object payload) {
        if (state == State.FAILED) {
            return refuse();
        }
        state = State.ENDED;
        return append(Kind.FINISH, payload);
    }

    private Future<Void> enqueue(Kind kind, Object payload) {
        if (queuedBytes >= cap || queue.size() >= MAX_QUEUED) {
            RunnerException why = ErrorCode.STREAM_BROKEN.hiding("stream " + stream.id() + ": " + queuedBytes
                    + " bytes in " + queue.size() + " writes queued without credit, limits " + cap + " and "
                    + MAX_QUEUED);
            stream.breakOff(why);
            return Future.failedFuture(why);
        }
        return append(kind, payload);
    }

    private Future<Void> append(Kind kind, @Nullable Object payload) {
        Promise<Void> sent = Promise.promise();
        queue.add(new Queued(kind, payload, sent));
        if (payload instanceof Buffer bytes && kind == Kind.DATA) {
            queuedBytes += bytes.length();
        }
        flush();
        blocked |= writeQueueFull();
        watchStall();
        return sent.future();
    }

    /** Sends what credit allows. Listeners of the promises may write, cancel or finish meanwhile. */
    private void flush() {
        Queued head = queue.peek();
        while (head != null && sendHead(head)) {
            queue.poll();
            head.sent.complete();
            head = queue.peek();
        }
    }

    /** @return whether all of it was sent */
    private boolean sendHead(Queued head) {
        switch (head.kind) {
            case DATA -> {
                return sendPieces((Buffer) payload(head));
            }
            case NOTE -> stream.send(new Frame.Note(seq++, payload(head)));
            case END -> {
                presume(credit.sent());
                stream.send(new Frame.End(seq++));
            }
            case FINISH -> stream.sendFinish(new Frame.Finish(seq++, payload(head)));
        }
        return true;
    }

    private boolean sendPieces(Buffer bytes) {
        int length = bytes.length();
        while (headSent < length) {
            int piece = (int) Math.min(credit.available(), Math.min(maxFrame, length - headSent));
            if (piece > 0 && link != null) {
                piece = link.admit(piece);
            }
            if (piece == 0) {
                return false;
            }
            boolean whole = piece == length;
            credit.take(piece);
            queuedBytes -= piece;
            stream.send(new Frame.Data(seq++, whole ? bytes : bytes.slice(headSent, headSent + piece)));
            headSent += piece;
        }
        headSent = 0;
        return true;
    }

    private static Object payload(Queued queued) {
        if (queued.payload == null) {
            throw new IllegalStateException(queued.kind + " without payload");
        }
        return queued.payload;
    }

    void onGrant(long total) {
        if (credit.grant(total)) {
            presume(0);
            goOn();
        }
    }

    private void goOn() {
        flush();
        watchStall();
        drained();
    }

    /** It stands still while something waits to be sent, or its writer waits for a drain. */
    private void watchStall() {
        boolean still = state == State.ENDED ? !queue.isEmpty() : writeQueueFull();
        if (still && stalledAt == GOES_ON) {
            stalledAt = System.nanoTime();
        } else if (!still && stalledAt != GOES_ON) {
            stream.stalled(System.nanoTime() - stalledAt);
            stalledAt = GOES_ON;
        }
    }

    /** Of what the peer has not given only so much is still needed. */
    private void presume(long bytes) {
        if (presumed != null) {
            presumed.keep(bytes);
        }
    }

    /** The peer finished: what is queued, and all that is written from now on, is dropped and succeeds. */
    void discard() {
        state = State.DISCARDING;
        presume(0);
        queuedBytes = 0;
        Queued head;
        while ((head = queue.poll()) != null) {
            Promise<Void> sent = head.sent;
            stream.guarded(sent::complete);
        }
        watchStall();
        drained();
    }

    /** Ends this half: what is queued fails. A writer that waits for a drain is woken, to find out. */
    void fail(RunnerException why) {
        state = State.FAILED;
        presume(0);
        failure = why;
        queuedBytes = 0;
        Queued head;
        while ((head = queue.poll()) != null) {
            Promise<Void> sent = head.sent;
            stream.guarded(() -> sent.fail(why));
        }
        watchStall();
        Handler<Throwable> handler = exceptionHandler;
        if (handler != null) {
            stream.guarded(() -> handler.handle(why));
        }
        stream.guarded(this::drained);
    }

    private void drained() {
        if (blocked && state != State.ENDED && !writeQueueFull()) {
            blocked = false;
            if (drainHandler != null) {
                drainHandler.handle(null);
            }
        }
    }

    private Future<Void> refuse() {
        return switch (state) {
            case OPEN, DISCARDING -> SENT;
            case ENDED -> Future.failedFuture(new IllegalStateException("stream " + stream.id() + " has ended"));
            case FAILED -> Future.failedFuture(failure);
        };
    }

    @Override
    public boolean writeQueueFull() {
        return (state == State.OPEN || state == State.ENDED) && (!queue.isEmpty() || credit.available() <= 0);
    }

    /** Does nothing: how much may be written is the peer's to say. */
    @Override
    public Outbound setWriteQueueMaxSize(int maxSize) {
        return this;
    }

    @Override
    public Outbound drainHandler(@Nullable Handler<Void> handler) {
        drainHandler = handler;
        return this;
    }

    @Override
    public Outbound exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }

    long framesSent() {
        return seq;
    }

    /** Bytes written and not sent yet. For metrics and tests. */
    long queuedBytes() {
        return queuedBytes;
    }
}
