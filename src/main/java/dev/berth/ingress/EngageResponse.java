package dev.berth.ingress;

import com.google.protobuf.CodedOutputStream;
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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an Engage stream says to its client: head, bytes, and one closing message or a status in its place. A
 * detached call's client gets an acknowledgement for a head and no bytes.
 *
 * <p>Small messages of one turn of the event loop go out together at its end: an answer that comes from its
 * function in one piece costs its client one wake-up for head, bytes and closing message.
 */
final class EngageResponse {
    private static final int DETACHED_STATUS = 202;
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";
    /** Bytes of messages that are gathered before they are written; a longer piece of a body is not copied for it. */
    private static final int GATHERED = 8 * 1024;

    private static final int FIRST_ALLOCATION = 512;

    /** The largest message that a balancer takes, but for what stands around the headers. */
    private static final int MAX_HEAD = 4 * 1024 * 1024 - 64;

    /** A head's copies while it is written. */
    private static final long HEAD_COPIES = 3;

    /** What a call whose client does not read holds: the queue here, and its worker's window. */
    private static final long STALLED_BYTES = 384 * 1024;

    /** How long after its call's end a client may take to read the rest of the answer. */
    private static final long READ_MILLIS = 60_000;

    private static final long CANCEL = 8;

    private final Context context;
    private final HttpServerResponse response;
    private final int frameBytes;
    private final NodeBudget.Lease lease;
    private final BooleanSupplier writable;
    private final Runnable waiting;
    private final OneTimer timer;
    private Future<Void> lastWrite = Future.succeededFuture();
    private @Nullable Buffer gathered;
    private @Nullable End end;
    private int writes;
    private long written;
    private boolean flushDue;
    private boolean started;
    private boolean detached;

    /** @param sent run when the trailers are out, the client has gone, or is given up */
    private record End(GrpcStatus status, @Nullable String message, Runnable sent) {}

    /**
     * @param context the stream's
     * @param frameBytes largest piece of a body in one message
     * @param lease for what the client has not read
     * @param writable whether the client takes what is written now, so that none of it waits in the library
     * @param waiting run, once at most, when the answer has ended and waits for the client to take it
     */
    EngageResponse(
            Context context,
            HttpServerResponse response,
            int frameBytes,
            NodeBudget.Lease lease,
            BooleanSupplier writable,
            Runnable waiting) {
        this.context = context;
        this.timer = new OneTimer(context.owner());
        this.response = response;
        this.frameBytes = frameBytes;
        this.lease = lease;
        this.writable = writable;
        this.waiting = waiting;
        lease.running();
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

    /** What became of a head. */
    enum Head {
        TAKEN,
        /** It makes a message that no balancer takes. Nothing was sent. */
        TOO_LARGE,
        /** There is no memory for it. Nothing was sent. */
        NO_MEMORY
    }

    Head head(ResponseHead head) {
        if (detached) {
            return Head.TAKEN;
        }
        long size = sizeOf(head);
        if (size > MAX_HEAD) {
            return Head.TOO_LARGE;
        }
        if (size > GATHERED && !lease.hold(HEAD_COPIES * size)) {
            return Head.NO_MEMORY;
        }
        HttpRespMeta.Builder meta = HttpRespMeta.newBuilder().setStatusCode(head.status());
        for (Header header : head.headers()) {
            meta.addHeaders(HttpHeader.newBuilder().setKey(header.name()).setValue(header.value()));
        }
        start(meta);
        return Head.TAKEN;
    }

    private static long sizeOf(ResponseHead head) {
        long size = 0;
        for (Header header : head.headers()) {
            int pair = CodedOutputStream.computeStringSize(1, header.name())
                    + CodedOutputStream.computeStringSize(2, header.value());
            size += CodedOutputStream.computeTagSize(1) + CodedOutputStream.computeUInt32SizeNoTag(pair) + pair;
        }
        return size;
    }

    private void start(HttpRespMeta.Builder meta) {
        started = true;
        gather(RunnerMsg.newBuilder()
                .setResultStart(CallResultStart.newBuilder().setHttp(meta))
                .build());
    }

    /** Whether more may be written at once; if not, {@code drained} is run when it may. */
    boolean bytes(Buffer bytes, Runnable drained) {
        if (detached) {
            return true;
        }
        int length = bytes.length();
        if (length <= Math.min(frameBytes, GATHERED)) {
            EngageCodec.appendData(gathered(), bytes, 0, length);
            gatheredMore();
        } else {
            writeGathered();
            for (int start = 0; start < length; start += frameBytes) {
                int end = Math.min(start + frameBytes, length);
                write(EngageCodec.dataHead(end - start));
                write(bytes.slice(start, end));
            }
        }
        if (response.writeQueueFull()) {
            lease.keep(STALLED_BYTES);
            response.drainHandler(v -> {
                lease.giveBack();
                drained.run();
            });
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
     * @param sent run once, when that is done, the client has gone, or it is given up
     */
    void finish(CallFinished finished, Runnable sent) {
        end = new End(GrpcStatus.OK, null, sent);
        gather(RunnerMsg.newBuilder().setFinished(finished).build());
    }

    /**
     * A status in place of the last message.
     *
     * @param sent as for {@link #finish}
     */
    void abort(GrpcStatus status, String text, Runnable sent) {
        String message = GrpcMessageText.encode(text);
        if (started) {
            end = new End(status, message, sent);
            flushLater();
        } else {
            response.putHeader(STATUS, Integer.toString(status.code)).putHeader(MESSAGE, message);
            response.end();
            gone();
            sent.run();
        }
    }

    /** Nothing more is said. */
    void gone() {
        lease.giveBack();
        timer.clear();
    }

    /** What the client has not taken of an answer that has ended is dropped, and its stream reset. */
    void giveUp() {
        End due = end;
        if (due != null) {
            end = null;
            if (!response.closed()) {
                response.reset(CANCEL);
            }
            gone();
            due.sent.run();
        }
    }

    private void gather(RunnerMsg message) {
        EngageCodec.append(gathered(), message);
        gatheredMore();
    }

    private Buffer gathered() {
        Buffer buffer = gathered;
        if (buffer == null) {
            buffer = Buffer.buffer(FIRST_ALLOCATION);
            gathered = buffer;
        }
        return buffer;
    }

    private void gatheredMore() {
        if (gathered().length() >= GATHERED) {
            writeGathered();
        }
        flushLater();
    }

    private void writeGathered() {
        Buffer buffer = gathered;
        if (buffer != null) {
            gathered = null;
            write(buffer);
        }
    }

    private void write(Buffer messages) {
        writes++;
        written += messages.length();
        lastWrite = response.write(messages);
    }

    /** What this turn's other messages have to say is queued on the event loop already, and comes before this. */
    private void flushLater() {
        if (!flushDue) {
            flushDue = true;
            context.runOnContext(turn -> flush());
        }
    }

    private void flush() {
        flushDue = false;
        writeGathered();
        sendTrailers();
    }

    /**
     * Trailers of a short answer that the connection has taken follow at once. Others wait until all before them has
     * left: if the stream or its connection ends while trailers are queued, the library does not cope. For the same reason
     * they have a turn of their own, and are never written while the client's messages are being read.
     */
    private void sendTrailers() {
        End due = end;
        if (due == null) {
            return;
        }
        boolean open = writable.getAsBoolean();
        boolean taken = writes == 1 && response.bytesWritten() == written && open;
        if (lastWrite.isComplete() && !open && !lastWrite.failed() && !response.closed()) {
            // The client's window is used up to the byte: what is written in their place leaves when trailers can.
            lastWrite = response.write(Buffer.buffer());
        }
        if (!taken && !lastWrite.isComplete()) {
            if (!timer.isSet()) {
                lease.keep(response.writeQueueFull() ? STALLED_BYTES : written - response.bytesWritten());
                timer.set(READ_MILLIS, () -> response.reset(CANCEL));
                waiting.run();
            }
            lastWrite.onComplete(left -> context.runOnContext(turn -> sendTrailers()));
            return;
        }
        if (!lastWrite.failed() && !response.closed()) {
            response.putTrailer(STATUS, Integer.toString(due.status.code));
            if (due.message != null) {
                response.putTrailer(MESSAGE, due.message);
            }
            response.end();
        }
        gone();
        end = null;
        due.sent.run();
    }
}
