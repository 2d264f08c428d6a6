package dev.berth.worker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request: its head, and its body as that arrives. The head goes out in the turn after the call
 * came, together with as much of the body as is there by then, so that a small call costs one write and wakes
 * the function once. It never waits longer than that for the body.
 *
 * <p>What goes out with the head is kept until the socket has taken it, for it may have to be sent again on
 * another connection. It is small enough for the socket to take whole or not at all. Confined to the worker's
 * context.
 */
final class RequestPump {
    /** Less than the kernel puts into a Unix socket in one piece, with room for a head of 16 KiB. */
    private static final int SENT_WITH_HEAD = 16 * 1024;

    private final ActiveCall call;
    private final Context context;
    private @Nullable HttpClientRequest request;
    private @Nullable Buffer first;
    private boolean listening;
    private boolean headTaken;
    private boolean ended;
    private boolean flushed;
    private boolean stopped;

    RequestPump(ActiveCall call, Context context) {
        this.call = call;
        this.context = context;
    }

    /**
     * Begins to send, or begins again with another connection after the last one has not taken the head.
     *
     * @param refused told if the socket does not take the head
     */
    void send(HttpClientRequest on, Handler<Throwable> refused) {
        request = on;
        on.drainHandler(drained -> {
            if (!stopped) {
                call.stream().inbound().resume();
            }
        });
        if (listening) {
            sendHead(on, refused);
        } else {
            listening = true;
            listen();
            context.runOnContext(turn -> {
                if (!stopped && request == on) {
                    sendHead(on, refused);
                }
            });
        }
    }

    private void listen() {
        ReadStream<Buffer> body = call.stream().inbound();
        body.handler(this::arrived);
        body.endHandler(nothing -> bodyEnded());
    }

    private void arrived(Buffer bytes) {
        HttpClientRequest to = request;
        // An empty chunk would end the body.
        if (stopped || to == null || bytes.length() == 0) {
            return;
        }
        if (!headTaken) {
            first = bytes;
            call.stream().inbound().pause();
        } else {
            write(to, bytes);
        }
    }

    private void write(HttpClientRequest to, Buffer bytes) {
        to.write(bytes);
        if (to.writeQueueFull()) {
            call.stream().inbound().pause();
        }
    }

    private void bodyEnded() {
        ended = true;
        HttpClientRequest to = request;
        if (!stopped && headTaken && to != null) {
            end(to);
        }
    }

    private void end(HttpClientRequest to) {
        to.end().onSuccess(taken -> flushed = true);
    }

    private void sendHead(HttpClientRequest to, Handler<Throwable> refused) {
        Buffer begin = first;
        boolean withBody = begin != null && begin.length() <= SENT_WITH_HEAD;
        boolean whole = ended && (begin == null || withBody);
        headAnd(to, withBody ? begin : null, whole).onComplete(sent -> {
            if (stopped || request != to) {
                return;
            }
            if (sent.failed()) {
                refused.handle(sent.cause());
            } else {
                taken(to, withBody ? null : begin, whole);
            }
        });
    }

    private static Future<Void> headAnd(HttpClientRequest to, @Nullable Buffer body, boolean whole) {
        if (body == null) {
            return whole ? to.end() : to.sendHead();
        }
        return whole ? to.end(body) : to.write(body);
    }

    /** The head is out. The rest of the body follows as it comes. */
    private void taken(HttpClientRequest to, @Nullable Buffer rest, boolean whole) {
        headTaken = true;
        first = null;
        call.markSent();
        if (whole) {
            flushed = true;
            return;
        }
        if (rest != null) {
            to.write(rest);
        }
        if (ended) {
            end(to);
        } else if (to.writeQueueFull()) {
            call.stream().inbound().pause();
        } else {
            call.stream().inbound().resume();
        }
    }

    /** Whether all of the body has arrived here. */
    boolean ended() {
        return ended;
    }

    /** Whether the function's socket has taken all of the request. */
    boolean flushed() {
        return flushed;
    }

    /** Sends nothing more. */
    void stop() {
        stopped = true;
    }
}
