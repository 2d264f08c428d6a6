package dev.berth.worker;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.streams.WriteStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One call over a function's connection:
 * <pre>
 *   stream.inbound  ──▶ request  ──▶ function
 *   stream.outbound ◀── response ◀── function
 * </pre>
 * both ways with back-pressure, both at once if the call allows it.
 */
final class HttpCall {
    private static final Logger LOG = LoggerFactory.getLogger(HttpCall.class);
    private static final int OK = 200;
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;

    private final FunctionConnection connection;
    private final ActiveCall call;
    private final RequestPump pump;
    private final long maxResponseBytes;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private boolean onKeptConnection;
    private boolean over;
    private long responseBytes;

    /** @param maxResponseBytes 0: no limit */
    HttpCall(FunctionConnection connection, ActiveCall call, RequestPump pump, long maxResponseBytes) {
        this.connection = connection;
        this.call = call;
        this.pump = pump;
        this.maxResponseBytes = maxResponseBytes;
    }

    /** Names the call in a line of the log. */
    LoggingEventBuilder named(LoggingEventBuilder line) {
        return CallKeys.add(line, call.request().callId(), call.request().requestId());
    }

    /** Sends the call on a connection, and again on another if the first has not taken its head. */
    void send(HttpClientRequest opened, boolean kept) {
        request = opened;
        onKeptConnection = kept;
        opened.exceptionHandler(failure -> broken(opened, failure));
        try {
            HttpHeads.request(call.request(), opened.headers());
        } catch (IllegalArgumentException badHeader) {
            named(LOG.atDebug()).setCause(badHeader).log("call has an impossible header");
            end(ErrorCode.RESPONSE_BROKEN.exception(), true);
            return;
        }
        opened.setChunked(true);
        opened.response().onComplete(answer -> {
            if (answer.succeeded()) {
                answered(opened, answer.result());
            } else {
                broken(opened, answer.cause());
            }
        });
        pump.send(opened, failure -> broken(opened, failure));
    }

    private void answered(HttpClientRequest to, HttpClientResponse answer) {
        if (over || request != to) {
            return;
        }
        response = answer;
        answer.exceptionHandler(this::broken);
        switch (answer.statusCode()) {
            case OK -> {
                if (pump.flushed() || call.request().firstByteMayBeEarly()) {
                    pumpAnswer(answer);
                } else {
                    end(ErrorCode.PREMATURE_WRITE.exception(), true);
                }
            }
            case BAD_GATEWAY -> end(ErrorCode.FUNCTION_FAILED.exception(), true);
            case GATEWAY_TIMEOUT -> end(ErrorCode.CALL_TIMEOUT.exception(), true);
            default -> end(ErrorCode.INVALID_RESPONSE.exception(), false);
        }
    }

    private void pumpAnswer(HttpClientResponse answer) {
        WriteStream<Buffer> out = call.stream().outbound();
        call.answer(HttpHeads.response(answer));
        answer.handler(bytes -> pass(answer, out, bytes));
        answer.endHandler(ended -> complete(answer));
    }

    private void pass(HttpClientResponse answer, WriteStream<Buffer> out, Buffer bytes) {
        if (over) {
            return;
        }
        if (maxResponseBytes > 0 && bytes.length() > maxResponseBytes - responseBytes) {
            int room = (int) (maxResponseBytes - responseBytes);
            if (room > 0) {
                out.write(bytes.slice(0, room));
            }
            end(ErrorCode.RESPONSE_TOO_BIG.exception(), true);
            return;
        }
        responseBytes += bytes.length();
        out.write(bytes);
        if (!over && out.writeQueueFull()) {
            answer.pause();
            out.drainHandler(drained -> answer.resume());
        }
    }

    private void complete(HttpClientResponse answer) {
        if (over) {
            return;
        }
        over = true;
        pump.stop();
        boolean keep = true;
        if (pump.flushed() && HttpHeads.keepsAlive(answer)) {
            connection.done();
        } else {
            keep = connection.letGo(request);
        }
        call.succeed(keep);
    }

    private void broken(HttpClientRequest from, Throwable failure) {
        if (request == from) {
            broken(failure);
        }
    }

    /** The connection failed, or what came over it is not HTTP. */
    void broken(Throwable failure) {
        if (over) {
            return;
        }
        if (onKeptConnection && !call.sent()) {
            onKeptConnection = false;
            request = null;
            connection.reconnect(this);
            return;
        }
        named(LOG.atDebug()).setCause(failure).log("function's connection broke");
        // A function that nothing has reached cannot have run the call: its container may have gone meanwhile.
        end((call.sent() ? reason(failure) : ErrorCode.SLOT_GONE).exception(), false);
    }

    /** Choosing rule: the header limit first; then whether the function hung up on the request or on its answer. */
    private ErrorCode reason(Throwable failure) {
        if (response == null && failure instanceof TooLongFrameException) {
            return ErrorCode.RESPONSE_HEADER_TOO_BIG;
        }
        boolean hungUp = failure instanceof HttpClosedException || failure instanceof IOException;
        return hungUp && call.sent() && !pump.ended() && response == null
                ? ErrorCode.REQUEST_PIPE_CLOSED
                : ErrorCode.RESPONSE_BROKEN;
    }

    private void end(RunnerException error, boolean keep) {
        call.fail(error, abort() && keep);
    }

    /** As {@link FunctionExchange#abort}. */
    boolean abort() {
        over = true;
        pump.stop();
        HttpClientResponse answer = response;
        if (answer != null) {
            // Whatever still comes is read and dropped, so that the function does not hang in a write.
            answer.resume();
        }
        return connection.letGo(request);
    }
}
