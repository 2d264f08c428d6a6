package dev.berth.stream;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;
import org.jspecify.annotations.Nullable;

/**
 * One end of a stream. It is in its endpoint's map from open until it is over: for the initiator when the
 * finish has been delivered, for the acceptor when it has been sent, for both when the stream failed or was
 * cancelled.
 */
final class BusStream implements FrameStream {
    private final StreamEndpoint endpoint;
    private final RemoteEndpoint peer;
    private final StreamId id;
    private final boolean initiator;
    private final Object openPayload;
    private final Outbound outbound;
    private final Inbound inbound;
    private boolean over;
    /** The acceptor called finish, or its finish has arrived here: nothing on the wire can change the outcome. */
    private boolean finishing;

    private @Nullable RunnerException unheardFailure;
    private @Nullable Object unheardFinish;
    private @Nullable Handler<Object> finishHandler;
    private @Nullable Handler<RunnerException> failureHandler;

    BusStream(
            StreamEndpoint endpoint,
            RemoteEndpoint peer,
            StreamId id,
            boolean initiator,
            Frame.Open open,
            Windows windows) {
        this.endpoint = endpoint;
        this.peer = peer;
        this.id = id;
        this.initiator = initiator;
        this.openPayload = open.payload();
        NodePair pair = peer.pair();
        this.outbound = new Outbound(this, windows, pair == null ? null : pair.link());
        this.inbound = new Inbound(this, windows.inbound());
    }

    /** The sender has stood still for so long. */
    void stalled(long nanos) {
        endpoint.stalls().add(initiator, nanos);
    }

    StreamId id() {
        return id;
    }

    RemoteEndpoint peer() {
        return peer;
    }

    boolean isInitiator() {
        return initiator;
    }

    @Override
    public Object openPayload() {
        return openPayload;
    }

    @Override
    public ReadStream<Buffer> inbound() {
        return inbound;
    }

    @Override
    public WriteStream<Buffer> outbound() {
        return outbound;
    }

    @Override
    public void note(Object payload) {
        outbound.note(payload);
    }

    @Override
    public FrameStream noteHandler(@Nullable Handler<Object> handler) {
        inbound.noteHandler(handler);
        return this;
    }

    @Override
    public Future<Void> finish(Object payload) {
        checkThread();
        if (initiator) {
            throw new IllegalStateException("stream " + id + " was not accepted here");
        }
        if (finishing) {
            return Future.failedFuture(new IllegalStateException("stream " + id + " is finished"));
        }
        if (!over) {
            finishing = true;
            inbound.stop();
        }
        return outbound.finish(payload);
    }

    @Override
    public FrameStream finishHandler(@Nullable Handler<Object> handler) {
        finishHandler = handler;
        if (handler != null && unheardFinish != null) {
            later(nothing -> guarded(this::reportFinish));
        }
        return this;
    }

    @Override
    public void cancel(RunnerException why) {
        checkThread();
        if (over) {
            return;
        }
        tellPeer(why);
        leave();
        failHalves(why);
    }

    @Override
    public FrameStream failureHandler(@Nullable Handler<RunnerException> handler) {
        failureHandler = handler;
        if (handler != null && unheardFailure != null) {
            later(nothing -> guarded(this::reportFailure));
        }
        return this;
    }

    /** A rule was broken, on this side or the other: both ends fail. */
    void breakOff(String violation) {
        breakOff(ErrorCode.STREAM_BROKEN.hiding("stream " + id + ": " + violation));
    }

    void breakOff(RunnerException why) {
        if (!over) {
            tellPeer(why);
            fail(why);
        }
    }

    private void tellPeer(RunnerException why) {
        if (!finishArrived()) {
            send(new Frame.Cancel(why));
        }
    }

    /** Whether the outcome is fixed, though not all of it delivered: the peer has left the stream. */
    boolean finishArrived() {
        return initiator && finishing;
    }

    /** The peer is gone, or cancelled. A stream whose finish is here already does not need its peer. */
    void onPeerFailed(RunnerException why) {
        if (!finishArrived()) {
            fail(why);
        }
    }

    void onFrame(Frame frame) {
        if (finishArrived()) {
            return;
        }
        if (frame instanceof Frame.Ordered ordered) {
            inbound.onFrame(ordered);
        } else if (frame instanceof Frame.Grant grant) {
            outbound.onGrant(grant.total());
        } else if (frame instanceof Frame.Cancel cancel) {
            onPeerFailed(cancel.error());
        } else if (frame instanceof Frame.Malformed malformed) {
            breakOff("a frame cannot be read: " + malformed.reason());
        }
    }

    void onFinishReceived() {
        endpoint.peerLeft(this);
        finishing = true;
        outbound.discard();
    }

    void onFinishDelivered(Object payload) {
        leave();
        unheardFinish = payload;
        inbound.deliverEnd();
        reportFinish();
    }

    private void reportFinish() {
        Object payload = unheardFinish;
        if (payload != null && finishHandler != null) {
            unheardFinish = null;
            finishHandler.handle(payload);
        }
    }

    void sendFinish(Frame.Finish finish) {
        send(finish);
        leave();
    }

    Frame.Mark mark() {
        return new Frame.Mark(id.number(), outbound.framesSent());
    }

    /** Frames keep their order: those sent before the mark have arrived before it, or never will. */
    void check(Frame.Mark mark) {
        if (!finishArrived()) {
            inbound.check(mark.sent());
        }
    }

    void repeatGrant() {
        inbound.repeatGrant();
    }

    void fail(RunnerException why) {
        if (over) {
            return;
        }
        leave();
        unheardFailure = why;
        failHalves(why);
        guarded(this::reportFailure);
    }

    private void failHalves(RunnerException why) {
        outbound.fail(why);
        guarded(() -> inbound.fail(why));
    }

    private void reportFailure() {
        RunnerException why = unheardFailure;
        Handler<RunnerException> handler = failureHandler;
        if (why != null && handler != null) {
            unheardFailure = null;
            handler.handle(why);
        }
    }

    private void leave() {
        over = true;
        endpoint.remove(this);
    }

    /** Runs code of the stream's user: an exception it throws ends the stream, both ways. */
    void guarded(Runnable code) {
        try {
            code.run();
        } catch (RuntimeException e) {
            endpoint.handlerFailed(this, e);
        }
    }

    void send(Frame frame) {
        peer.send(id, frame);
    }

    void later(Handler<Void> task) {
        endpoint.later(task);
    }

    void checkThread() {
        endpoint.checkThread();
    }
}
