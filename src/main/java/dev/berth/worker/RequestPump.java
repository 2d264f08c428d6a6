package dev.berth.worker;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request: its head, and its body as that arrives.
 *
 * <pre>
 * GATHERING ──send──▶ HEAD ──taken──▶ BODY ──body over──▶ END ──taken──▶ SENT
 *                      ▲ │             └──the whole request went with the head──▲
 *                      └─┘ again, on another connection          any ──stop──▶ STOPPED
 * </pre>
 *
 * What is there of the body when the head is sent goes out with it, so that a small call costs one write and wakes
 * the function once. It is kept until the socket has taken the head, for it may have to be sent again; it is small
 * enough to be taken with most heads whole or not at all. Whatever arrives before the head is taken waits for it, in
 * order. Confined to the worker's context.
 */
final class RequestPump {
    private enum Phase {
        GATHERING,
        HEAD,
        BODY,
        END,
        SENT,
        STOPPED
    }

    /** Hears what becomes of the head; told once for each time it is sent, unless stopped. */
    interface Sender {
        /** The connection ended before its socket took all of the head; {@link ActiveCall#sent} if it took a part. */
        void refused(FunctionChannel by);
    }

    /** Less than the kernel puts into a Unix socket in one piece, with room for a head of 16 KiB. */
    private static final int SENT_WITH_HEAD = 16 * 1024;

    /** Room for a chunk's length and the ends of its two lines. */
    private static final int CHUNK_FRAME = 12;

    private final ActiveCall call;
    private final Sender sender;
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private Phase phase = Phase.GATHERING;
    private boolean bodyOver;
    private boolean torn;
    private @Nullable FunctionChannel channel;

    RequestPump(ActiveCall call, Sender sender) {
        this.call = call;
        this.sender = sender;
    }

    /** Takes what arrives of the body from now on. */
    void gather() {
        ReadStream<Buffer> body = call.stream().inbound();
        body.handler(this::arrived);
        body.endHandler(nothing -> bodyOver());
    }

    private void arrived(Buffer bytes) {
        // An empty chunk would end the body.
        if (bytes.length() == 0) {
            return;
        }
        switch (phase) {
            case GATHERING, HEAD -> {
                waiting.add(bytes);
                waitingBytes += bytes.length();
                if (phase == Phase.HEAD || waitingBytes >= SENT_WITH_HEAD) {
                    call.stream().inbound().pause();
                }
            }
            case BODY -> {
                FunctionChannel to = writeChunk(bytes);
                to.flushSoon();
                if (to.full()) {
                    call.stream().inbound().pause();
                }
            }
            case END, SENT, STOPPED -> {}
        }
    }

    private void bodyOver() {
        bodyOver = true;
        if (phase == Phase.BODY) {
            end();
        }
    }

    /**
     * Begins to send, or begins again after the last connection did not take the head.
     *
     * @param request the head, to which is added what goes with it
     */
    void send(FunctionChannel on, ByteBuf request) {
        phase = Phase.HEAD;
        channel = on;
        boolean withBody = waitingBytes <= SENT_WITH_HEAD;
        boolean whole = bodyOver && withBody;
        int parts = withBody ? waiting.size() : 0;
        if (withBody) {
            waiting.forEach(piece -> HttpHeads.chunk(piece, request));
        }
        if (whole) {
            HttpHeads.lastChunk(request);
        }
        // The function may act on a part of it already.
        on.write(request, call::markSent).addListener(done -> {
            if (phase != Phase.HEAD || channel != on) {
                return;
            }
            if (done.isSuccess()) {
                headTaken(parts, whole);
            } else {
                sender.refused(on);
            }
        });
        on.flush();
    }

    /** What waited and did not go with the head follows, and then the rest of the body as it comes. */
    private void headTaken(int parts, boolean whole) {
        call.markSent();
        for (int i = 0; i < parts; i++) {
            waiting.remove();
        }
        if (whole) {
            phase = Phase.SENT;
            return;
        }
        phase = Phase.BODY;
        while (!waiting.isEmpty()) {
            writeChunk(waiting.remove());
        }
        if (bodyOver) {
            end();
            return;
        }
        FunctionChannel to = channel();
        to.flush();
        writable();
    }

    private FunctionChannel writeChunk(Buffer bytes) {
        FunctionChannel to = channel();
        ByteBuf chunk = to.buffer(bytes.length() + CHUNK_FRAME);
        HttpHeads.chunk(bytes, chunk);
        to.write(chunk).addListener(this::written);
        return to;
    }

    private void end() {
        phase = Phase.END;
        FunctionChannel to = channel();
        ByteBuf last = to.buffer(CHUNK_FRAME);
        HttpHeads.lastChunk(last);
        to.write(last).addListener(done -> {
            written(done);
            if (done.isSuccess() && phase == Phase.END) {
                phase = Phase.SENT;
            }
        });
        to.flushSoon();
    }

    private void written(Future<? super Void> done) {
        torn |= !done.isSuccess() && !(done.cause() instanceof ClosedChannelException);
    }

    /** Whether a write ended the connection, and with it what had not been read yet. */
    boolean torn() {
        return torn;
    }

    /** The socket takes more. */
    void writable() {
        if (phase == Phase.BODY && !channel().full()) {
            call.stream().inbound().resume();
        }
    }

    private FunctionChannel channel() {
        return Objects.requireNonNull(channel, "not sent yet");
    }

    /** Whether all of the body has arrived here. */
    boolean bodyIsOver() {
        return bodyOver;
    }

    /** Whether nothing has been given to a connection yet. */
    boolean untouched() {
        return phase == Phase.GATHERING;
    }

    /** Whether the function's socket has taken all of the request. */
    boolean flushed() {
        return phase == Phase.SENT;
    }

    /** Sends nothing more. */
    void stop() {
        phase = Phase.STOPPED;
        waiting.clear();
    }
}
