package dev.berth.stream;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a stream. Holds at most one window of bytes. Data waits for demand and for the first
 * handler; notes and ends wait only for the data before them. An end or failure that comes before its handler
 * is set is kept for it; a note is not.
 *
 * <p>No {@code flow.Source}, though it reads like one: data is one of four kinds that come in one order, failures wait
 * for their handler, data without a handler any more is dropped and counts as taken, and what waited is delivered in a
 * turn of its own.
 */
final class Inbound implements ReadStream<Buffer> {
    private static final int MAX_QUEUED_NOTES = 1024;
    /** Queued pieces are joined up to this many bytes, so that tiny ones cost no more memory than the window. */
    private static final int JOINED_BYTES = 4096;

    private final BusStream stream;
    private final GrantMeter meter;
    private final ArrayDeque<Frame.Ordered> queue = new ArrayDeque<>(2);
    /** The buffer of the queue's last frame, if it was made here by joining. */
    private @Nullable Buffer joined;

    private int queuedNotes;
    private long nextSeq;
    private long demand = Long.MAX_VALUE;
    private boolean handlerWasSet;
    private boolean pumpScheduled;
    /** Nothing but a finish may follow. */
    private boolean ended;

    private boolean endDelivered;
    private boolean endHeard;
    private boolean stopped;
    private @Nullable Throwable unheardFailure;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable Handler<Object> noteHandler;

    Inbound(BusStream stream, GrantMeter meter) {
        this.stream = stream;
        this.meter = meter;
    }

    /** Checks and then delivers or queues. A violation breaks the stream off. */
    void onFrame(Frame.Ordered frame) {
        if (stopped) {
            return;
        }
        String violation = violation(frame);
        if (violation != null) {
            stream.breakOff(violation);
            return;
        }
        nextSeq++;
        if (frame instanceof Frame.Finish) {
            end();
            // Wakes writers, who may cancel.
            stream.onFinishReceived();
        } else if (frame instanceof Frame.End) {
            end();
        }
        if (stopped) {
            return;
        }
        if (queue.isEmpty() && deliverable(frame)) {
            deliver(frame);
        } else {
            enqueue(frame);
        }
    }

    private void end() {
        ended = true;
        meter.complete();
    }

    private @Nullable String violation(Frame.Ordered frame) {
        if (frame.seq() != nextSeq) {
            return "frame " + frame.seq() + " in place of " + nextSeq;
        }
        if (frame instanceof Frame.Finish) {
            return stream.isInitiator() ? null : "finish from the initiator";
        }
        if (ended) {
            return "frame after the end";
        }
        if (frame instanceof Frame.Data data && !meter.received(data.bytes().length())) {
            return "more bytes than the " + meter.granted() + " granted";
        }
        return frame instanceof Frame.Note && queuedNotes >= MAX_QUEUED_NOTES
                ? "more than " + MAX_QUEUED_NOTES + " notes queued"
                : null;
    }

    private void enqueue(Frame.Ordered frame) {
        if (frame instanceof Frame.Data data && join(data)) {
            return;
        }
        if (frame instanceof Frame.Note) {
            queuedNotes++;
        }
        joined = null;
        queue.addLast(frame);
    }

    private boolean join(Frame.Data data) {
        if (!(queue.peekLast() instanceof Frame.Data last)
                || last.bytes().length() + data.bytes().length() > JOINED_BYTES) {
            return false;
        }
        if (joined == null) {
            joined = Buffer.buffer(JOINED_BYTES).appendBuffer(last.bytes());
            queue.pollLast();
            queue.addLast(new Frame.Data(last.seq(), joined));
        }
        joined.appendBuffer(data.bytes());
        return true;
    }

    private boolean deliverable(Frame.Ordered frame) {
        return !(frame instanceof Frame.Data) || (demand > 0 && handlerWasSet);
    }

    private void pump(Void nothing) {
        pumpScheduled = false;
        stream.guarded(this::deliverQueued);
    }

    private void deliverQueued() {
        Frame.Ordered head;
        while (!stopped && (head = queue.peek()) != null && deliverable(head)) {
            queue.poll();
            if (queue.isEmpty()) {
                joined = null;
            }
            if (head instanceof Frame.Note) {
                queuedNotes--;
            }
            deliver(head);
        }
    }

    private void deliver(Frame.Ordered frame) {
        if (frame instanceof Frame.Data data) {
            deliverData(data.bytes());
        } else if (frame instanceof Frame.Note note) {
            if (noteHandler != null) {
                noteHandler.handle(note.payload());
            }
        } else if (frame instanceof Frame.End) {
            deliverEnd();
        } else if (frame instanceof Frame.Finish finish) {
            stopped = true;
            stream.onFinishDelivered(finish.payload());
        }
    }

    private void deliverData(Buffer bytes) {
        if (demand != Long.MAX_VALUE) {
            demand--;
        }
        int length = bytes.length();
        if (handler != null) {
            handler.handle(bytes);
        }
        long total = meter.consumed(length);
        if (total != GrantMeter.NONE && !ended && !stopped) {
            stream.send(new Frame.Grant(total));
        }
    }

    /** Calls the end handler unless it has been called. */
    void deliverEnd() {
        endDelivered = true;
        if (endHandler != null && !endHeard) {
            endHeard = true;
            endHandler.handle(null);
        }
    }

    void check(long framesSent) {
        if (!stopped && framesSent != nextSeq) {
            stream.breakOff(framesSent + " frames were sent, " + nextSeq + " arrived");
        }
    }

    /** Sends the last grant again if it may have been lost. */
    void repeatGrant() {
        long total = meter.unconfirmed();
        if (total != GrantMeter.NONE && !ended && !stopped) {
            stream.send(new Frame.Grant(total));
        }
    }

    /** Delivers nothing more. */
    void stop() {
        stopped = true;
        joined = null;
        queue.clear();
        meter.drop();
    }

    /** Unless the end has been delivered or nobody wants it: the reader is told. */
    void fail(Throwable why) {
        boolean open = !stopped && !endDelivered;
        stop();
        if (open) {
            unheardFailure = why;
            reportFailure();
        }
    }

    private void reportFailure() {
        Throwable why = unheardFailure;
        if (why != null && exceptionHandler != null) {
            unheardFailure = null;
            exceptionHandler.handle(why);
        }
    }

    private void schedulePump() {
        if (!queue.isEmpty() && !pumpScheduled) {
            pumpScheduled = true;
            stream.later(this::pump);
        }
    }

    @Override
    public Inbound handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        if (handler != null) {
            handlerWasSet = true;
            schedulePump();
        }
        return this;
    }

    @Override
    public Inbound pause() {
        stream.checkThread();
        demand = 0;
        return this;
    }

    @Override
    public Inbound resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public Inbound fetch(long amount) {
        stream.checkThread();
        if (amount < 0) {
            throw new IllegalArgumentException("fetch " + amount);
        }
        demand += amount;
        if (demand < 0) {
            demand = Long.MAX_VALUE;
        }
        if (demand > 0) {
            schedulePump();
        }
        return this;
    }

    @Override
    public Inbound endHandler(@Nullable Handler<Void> handler) {
        endHandler = handler;
        if (handler != null && endDelivered && !endHeard) {
            stream.later(nothing -> stream.guarded(this::deliverEnd));
        }
        return this;
    }

    @Override
    public Inbound exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        if (handler != null && unheardFailure != null) {
            stream.later(nothing -> stream.guarded(this::reportFailure));
        }
        return this;
    }

    void noteHandler(@Nullable Handler<Object> handler) {
        noteHandler = handler;
    }

    /** Bytes received and not handed on yet. For metrics and tests. */
    long queuedBytes() {
        return meter.buffered();
    }
}
