package dev.berth.worker;

import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import dev.berth.worker.http.AnswerHead;
import dev.berth.worker.http.AnswerParser;
import dev.berth.worker.http.Gunzip;
import dev.berth.worker.http.InvalidAnswer;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One call over a function's connection:
 * <pre>
 *   stream.inbound  ──▶ RequestPump ──▶ function
 *   stream.outbound ◀── (Gunzip) ◀── AnswerParser ◀── function
 *
 * BEGUN ──connected──▶ ASKED ──head of a 200──▶ PASSING ──answer read──▶ (READ ──unpacked──▶) OVER
 *            ▲           │                                               any ──error──▶ OVER
 *            └───────────┘ a kept connection took nothing
 * </pre>
 * both ways with back-pressure, both at once if the call allows it.
 */
final class HttpCall implements FunctionChannel.User, AnswerParser.Listener, RequestPump.Sender {
    private enum Phase {
        BEGUN,
        ASKED,
        PASSING,
        /** The answer has been read; what it unpacks to waits for the caller. */
        READ,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(HttpCall.class);
    private static final int OK = 200;
    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;
    /** Bytes; more is made room for. */
    private static final int USUAL_REQUEST = 1024;

    private final FunctionConnection connection;
    private final ActiveCall call;
    private final RequestPump pump;
    private final AnswerParser parser;
    private final long maxResponseBytes;
    private Phase phase = Phase.BEGUN;
    private @Nullable FunctionChannel channel;
    private @Nullable Gunzip gunzip;
    private boolean onKept;
    /** Whether the connection can take another call after this one, as far as the answer shows. */
    private boolean fit;

    private long responseBytes;

    /**
     * @param maxResponseBytes 0: no limit
     * @param maxHeadBytes 0: the parser's own
     */
    HttpCall(FunctionConnection connection, ActiveCall call, long maxResponseBytes, int maxHeadBytes) {
        this.connection = connection;
        this.call = call;
        this.pump = new RequestPump(call, this);
        this.parser = new AnswerParser(false, maxHeadBytes, this);
        this.maxResponseBytes = maxResponseBytes;
    }

    /** Names the call in a line of the log. */
    LoggingEventBuilder named(LoggingEventBuilder line) {
        return CallKeys.add(line, call.request().callId(), call.request().requestId());
    }

    /** Takes what there is of the request's body until there is a connection. */
    void gather() {
        pump.gather();
    }

    /** Sends the call on a connection, and again on another if the first has not taken its head. */
    void send(FunctionChannel on, boolean kept) {
        ByteBuf request = on.buffer(USUAL_REQUEST);
        try {
            HttpHeads.request(call.request(), request);
        } catch (IllegalArgumentException badHeader) {
            request.release();
            named(LOG.atDebug()).setCause(badHeader).log("call has an impossible header");
            end(ErrorCode.RESPONSE_BROKEN.exception(), true);
            return;
        }
        phase = Phase.ASKED;
        channel = on;
        onKept = kept;
        on.take(this);
        pump.send(on, request);
    }

    /** No connection could be made. */
    void unreachable(Throwable failure) {
        if (Descriptors.exhausted(failure)) {
            named(LOG.atWarn()).log("no file descriptor is left for a function's connection");
            end(ErrorCode.SERVER_BUSY.exception(), true);
        } else {
            named(LOG.atDebug()).setCause(failure).log("function cannot be connected to");
            end((ours(failure) ? ErrorCode.SLOT_GONE : connection.nothingTaken()).exception(), false);
        }
    }

    private static boolean ours(Throwable failure) {
        return failure instanceof RunnerException error && error.code() != ErrorCode.INIT_FAILED;
    }

    @Override
    public void refused(FunctionChannel by) {
        if (by == channel && phase == Phase.ASKED) {
            closed(null);
        }
    }

    /** The connection took nothing of the call: an old one is replaced, a new one is not to be had. */
    private void nothingTaken() {
        if (onKept) {
            named(LOG.atDebug()).log("kept connection was closed; reconnecting");
            phase = Phase.BEGUN;
            channel = null;
            connection.reconnect(this);
        } else {
            end(connection.nothingTaken().exception(), false);
        }
    }

    @Override
    public void received(ByteBuf bytes) {
        switch (phase) {
            case ASKED, PASSING -> {
                if (onKept && !call.sent()) {
                    // Whatever this answers, it is not this call.
                    nothingTaken();
                } else {
                    parse(bytes);
                }
            }
            case READ -> fit = false;
            case BEGUN, OVER -> {}
        }
    }

    private void parse(ByteBuf bytes) {
        try {
            parser.feed(bytes);
        } catch (InvalidAnswer invalid) {
            broken(invalid, invalid.headTooLarge() ? ErrorCode.RESPONSE_HEADER_TOO_BIG : ErrorCode.RESPONSE_BROKEN);
        }
    }

    @Override
    public void writable() {
        pump.writable();
    }

    /** Choosing rule for an end without an answer: whether all of the request had come here by then. */
    private ErrorCode hungUp() {
        return pump.bodyIsOver() ? ErrorCode.RESPONSE_BROKEN : ErrorCode.REQUEST_PIPE_CLOSED;
    }

    @Override
    public void closed(@Nullable Throwable failure) {
        switch (phase) {
            case ASKED -> {
                if (call.sent()) {
                    connection.hangsUp();
                    broken(failure, hungUp());
                } else {
                    nothingTaken();
                }
            }
            case PASSING -> ended(failure);
            case READ -> fit = false;
            case BEGUN, OVER -> {}
        }
    }

    private void ended(@Nullable Throwable failure) {
        if (failure != null || pump.torn()) {
            broken(failure, ErrorCode.RESPONSE_BROKEN);
            return;
        }
        try {
            parser.end();
        } catch (InvalidAnswer cut) {
            broken(cut, ErrorCode.RESPONSE_BROKEN);
        }
    }

    @Override
    public void onHead(AnswerHead head) {
        call.markSent();
        fit = head.persistent();
        connection.answers();
        switch (head.status()) {
            case OK -> {
                if (pump.flushed() || call.request().firstByteMayBeEarly()) {
                    phase = Phase.PASSING;
                    boolean packed = HttpHeads.packedForUs(call.request(), head);
                    gunzip = packed ? new Gunzip() : null;
                    call.answer(HttpHeads.response(head, packed));
                } else {
                    end(ErrorCode.PREMATURE_WRITE.exception(), true);
                }
            }
            case BAD_GATEWAY -> end(ErrorCode.FUNCTION_FAILED.exception(), true);
            case GATEWAY_TIMEOUT -> end(ErrorCode.CALL_TIMEOUT.exception(), true);
            default -> end(ErrorCode.INVALID_RESPONSE.exception(), false);
        }
    }

    @Override
    public void onBytes(Buffer bytes) {
        if (phase != Phase.PASSING) {
            return;
        }
        if (gunzip != null) {
            gunzip.feed(bytes);
            unpack(gunzip);
        } else {
            pass(bytes);
            if (phase == Phase.PASSING && out().writeQueueFull()) {
                waitForCaller();
            }
        }
    }

    /** Passes on what the caller takes. The function is read no further while there is more. */
    private void unpack(Gunzip from) {
        try {
            while (phase != Phase.OVER && !out().writeQueueFull()) {
                Buffer piece = from.next();
                if (piece == null) {
                    unpacked(from);
                    return;
                }
                pass(piece);
            }
        } catch (InvalidAnswer broken) {
            broken(broken, ErrorCode.RESPONSE_BROKEN);
        }
        if (phase != Phase.OVER) {
            waitForCaller();
        }
    }

    private void unpacked(Gunzip from) {
        if (phase == Phase.PASSING) {
            channel().resume();
        } else if (from.complete()) {
            complete();
        } else {
            broken(null, ErrorCode.RESPONSE_BROKEN);
        }
    }

    private void waitForCaller() {
        channel().pause();
        out().drainHandler(drained -> {
            if (phase == Phase.OVER) {
                return;
            }
            if (gunzip != null) {
                unpack(gunzip);
            } else {
                channel().resume();
            }
        });
    }

    private void pass(Buffer bytes) {
        long room = maxResponseBytes - responseBytes;
        if (maxResponseBytes > 0 && bytes.length() > room) {
            if (room > 0) {
                out().write(bytes.slice(0, (int) room));
            }
            end(ErrorCode.RESPONSE_TOO_BIG.exception(), true);
            return;
        }
        responseBytes += bytes.length();
        out().write(bytes);
    }

    @Override
    public void onEnd(boolean surplus) {
        if (phase != Phase.PASSING) {
            return;
        }
        fit &= !surplus;
        phase = Phase.READ;
        if (gunzip != null) {
            unpack(gunzip);
        } else {
            complete();
        }
    }

    private void complete() {
        boolean keep = fit && pump.flushed();
        over();
        if (keep) {
            connection.done();
        } else {
            connection.letGo();
        }
        call.succeed(true);
    }

    private void broken(@Nullable Throwable failure, ErrorCode code) {
        if (phase != Phase.OVER) {
            named(LOG.atDebug()).setCause(failure).log("function's connection broke");
            end(code.exception(), false);
        }
    }

    private void end(RunnerException error, boolean keep) {
        abort();
        call.fail(error, keep);
    }

    /** As {@link FunctionExchange#abort}. */
    FunctionExchange.Left abort() {
        boolean untouched = pump.untouched();
        over();
        connection.letGo();
        return untouched ? FunctionExchange.Left.UNTOUCHED : FunctionExchange.Left.USABLE;
    }

    private void over() {
        phase = Phase.OVER;
        pump.stop();
        parser.stop();
        if (gunzip != null) {
            gunzip.close();
        }
    }

    private FunctionChannel channel() {
        return Objects.requireNonNull(channel, "not connected");
    }

    private WriteStream<Buffer> out() {
        return call.stream().outbound();
    }
}
