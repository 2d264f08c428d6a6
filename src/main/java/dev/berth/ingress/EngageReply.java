package dev.berth.ingress;

import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.proto.CallFinished;
import dev.berth.proto.CallResultStart;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * What an Engage stream says to its client: head, bytes, and one closing message or a status in its place. A
 * detached call's client gets an acknowledgement for a head and no bytes.
 */
final class EngageReply {
    private static final int DETACHED_STATUS = 202;
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";

    private final Context context;
    private final HttpServerResponse response;
    private final int frameBytes;
    private Future<Void> lastWrite = Future.succeededFuture();
    private boolean started;
    private boolean detached;

    /**
     * @param context the stream's
     * @param frameBytes largest piece of a body in one message
     */
    EngageReply(Context context, HttpServerResponse response, int frameBytes) {
        this.context = context;
        this.response = response;
        this.frameBytes = frameBytes;
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/grpc");
    }

    void detach() {
        detached = true;
    }

    /** The call has a slot, for the first time or again. */
    void slotWon() {
        if (detached && !started) {
            start(HttpRespMeta.newBuilder().setStatusCode(DETACHED_STATUS));
        }
    }

    void head(ResponseHead head) {
        if (!detached) {
            HttpRespMeta.Builder meta = HttpRespMeta.newBuilder().setStatusCode(head.status());
            for (Header header : head.headers()) {
                meta.addHeaders(HttpHeader.newBuilder().setKey(header.name()).setValue(header.value()));
            }
            start(meta);
        }
    }

    private void start(HttpRespMeta.Builder meta) {
        started = true;
        lastWrite = response.write(EngageCodec.encode(RunnerMsg.newBuilder()
                .setResultStart(CallResultStart.newBuilder().setHttp(meta))
                .build()));
    }

    /** Whether more may be written at once; if not, {@code drained} is run when it may. */
    boolean bytes(Buffer bytes, Runnable drained) {
        if (detached) {
            return true;
        }
        for (int start = 0; start < bytes.length(); start += frameBytes) {
            lastWrite =
                    response.write(EngageCodec.encodeData(bytes, start, Math.min(start + frameBytes, bytes.length())));
        }
        if (response.writeQueueFull()) {
            response.drainHandler(v -> drained.run());
            return false;
        }
        return true;
    }

    /** A refusal makes a balancer run the call again, so it must not follow anything that was sent. */
    RunnerException allowed(RunnerException error) {
        boolean refusal = error.wireCode() == ErrorCode.SERVER_BUSY.wire();
        return started && refusal
                ? ErrorCode.PEER_LOST.exception("the call's container was lost after its answer had begun")
                : error;
    }

    /**
     * The last message and an OK status, without waiting for the client to end its side.
     *
     * @param ended run when that is done, or the client has gone
     */
    void finish(CallFinished finished, Runnable ended) {
        lastWrite = response.write(
                EngageCodec.encode(RunnerMsg.newBuilder().setFinished(finished).build()));
        end("0", null, ended);
    }

    /**
     * Trailers wait until all before them has left, and for a turn of their own: if the client resets the stream
     * while trailers are queued, be it only until what was read together with them has been handled, the library
     * closes the whole connection, with every other call on it.
     */
    private void end(String status, @Nullable String message, Runnable ended) {
        lastWrite.onComplete(left -> {
            if (left.succeeded()) {
                context.runOnContext(turn -> {
                    sendTrailers(status, message);
                    ended.run();
                });
            } else {
                ended.run();
            }
        });
    }

    private void sendTrailers(String status, @Nullable String message) {
        response.putTrailer(STATUS, status);
        if (message != null) {
            response.putTrailer(MESSAGE, message);
        }
        response.end();
    }

    /** A status in place of the last message. */
    void abort(GrpcStatus status, String text) {
        String code = Integer.toString(status.code);
        String message = StatusText.encode(text);
        if (started) {
            end(code, message, () -> {});
        } else {
            response.putHeader(STATUS, code).putHeader(MESSAGE, message);
            response.end();
        }
    }
}
