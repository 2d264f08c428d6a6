package dev.berth.ingress;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.call.ResponseHead;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import dev.berth.proto.TryCall;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One Engage stream: the protocol's rules on one side, a {@link CallExecution} on the other.
 *
 * <pre>
 * AWAIT_TRY ──try──▶ WAITING ──slot──▶ RECEIVING ──eof──▶ ANSWERING
 *                       ▲                  │                  │
 *                       └────slot lost─────┴──────────────────┘
 *     any ──the call ends: finished and OK──▶ DONE
 *     any ──the client breaks a rule: a status──▶ DONE
 *     any ──the client has gone: nothing──▶ DONE
 * </pre>
 *
 * In WAITING the client is not read from, so that flow control holds its body back. A call that loses its
 * slot after its whole body came goes from WAITING straight to ANSWERING. From DONE on whatever the client
 * still sends is read and dropped. Confined to the context of its stream.
 */
public final class Engagement implements CallListener, MessageReader.Listener {
    private enum State {
        AWAIT_TRY,
        WAITING,
        RECEIVING,
        ANSWERING,
        DONE
    }

    private static final Logger LOG = LoggerFactory.getLogger(Engagement.class);
    private static final String REQUEST_ID = "fn_request_id";
    private static final String EXPECTED_TRY = "Protocol failure: expected ClientMsg_Try";
    private static final String EXPECTED_DATA = "Protocol failure: expected ClientMsg_Data";
    private static final String OVER_BUDGET = "the runner holds too much for its clients";
    /** Bytes of a body after which its stream gets a wide window. */
    private static final long WIDEN_AFTER = 32 * 1024;

    private final IngressParts parts;
    private final HttpServerRequest request;
    private final MessageReader reader;
    private final ClientConnection connection;
    /** For the call's document, and for request bytes that wait for its function. */
    private final NodeBudget.Lease lease;

    private final EngageResponse reply;
    private final @Nullable String requestId;
    private final CallReport report;
    private final CallIntake intake;
    private final StreamRegistration registration;
    private final EngageEnding ending;
    private State state = State.AWAIT_TRY;
    private Deadline deadline = Deadline.NONE;
    private boolean bodyEnded;
    private boolean turnedAway;
    private long received;
    private long answered;
    private @Nullable CallExecution execution;

    public Engagement(IngressParts parts, ClientConnection connection, HttpServerRequest request) {
        this.parts = parts;
        this.request = request;
        this.connection = connection;
        NodeBudget budget = parts.clients().budget();
        this.lease = budget.lease();
        this.reader = new MessageReader(
                request,
                parts.maxMessageBytes(),
                budget.lease(),
                bytes -> connection.window(request.streamId(), bytes),
                this);
        this.reply = new EngageResponse(
                parts.execution().vertx().getOrCreateContext(),
                request.response(),
                parts.responseFrameBytes(),
                budget.lease(),
                () -> connection.isWritable(request.streamId()),
                () -> parts.clients().awaitTaking(this));
        this.requestId = request.headers().get(REQUEST_ID);
        this.intake = new CallIntake(parts, lease, requestId);
        this.registration = new StreamRegistration(parts, this);
        this.report = new CallReport(
                parts.tracer().begin(name -> request.headers().get(name), requestId),
                parts.meter(),
                parts.why(),
                requestId);
        this.ending = new EngageEnding(parts.meter(), registration, report, reply, reader, lease, requestId);
    }

    public void start() {
        registration.open();
        reader.start();
        request.response().exceptionHandler(failure -> reader.gone());
        deadline = GrpcTimeout.parse(request.headers().get("grpc-timeout"));
        registration.awaitCall(deadline);
    }

    /** Turns the stream away unread: there are too many. Its client may place its call elsewhere. */
    public void refuse() {
        registration.count();
        request.response().exceptionHandler(failure -> {});
        turnAway();
    }

    /** Ends a stream whose call has not come, and does not wait for its client to end its side. */
    void turnAway() {
        if (state == State.AWAIT_TRY) {
            turnedAway = true;
            finish(ErrorCode.SERVER_BUSY.exception());
        }
    }

    ClientConnection connection() {
        return connection;
    }

    @Override
    public void onMessage(Buffer payload) {
        if (state == State.ANSWERING || state == State.DONE) {
            return;
        }
        if (state == State.AWAIT_TRY) {
            RunnerException refusal = intake.hold(payload);
            if (refusal != null) {
                finish(refusal);
                return;
            }
        }
        try {
            onMessage(EngageCodec.decode(payload));
        } catch (InvalidProtocolBufferException malformed) {
            abort(GrpcStatus.INTERNAL, "message cannot be decoded: " + malformed.getMessage());
        } catch (RuntimeException bug) {
            named(LOG.atError()).setCause(bug).log("engage stream failed");
            abort(GrpcStatus.INTERNAL, "internal error");
        }
    }

    private void onMessage(EngageMessage message) {
        switch (state) {
            case AWAIT_TRY -> {
                if (message instanceof EngageMessage.Try first) {
                    onTry(first.call());
                } else {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_TRY);
                }
            }
            case RECEIVING -> {
                if (message instanceof EngageMessage.Data data) {
                    onData(data);
                } else {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_DATA);
                }
            }
            case WAITING -> throw new IllegalStateException("a message came while reading was paused");
            case ANSWERING, DONE -> {}
        }
    }

    private void onTry(TryCall call) {
        registration.callCame();
        if (registration.draining()) {
            finish(ErrorCode.SERVER_BUSY.exception());
            return;
        }
        CallOrder order;
        try {
            order = intake.order(call, deadline, report, reply);
        } catch (RunnerException refusal) {
            finish(refusal);
            return;
        }
        state = State.WAITING;
        reader.pause();
        report.await();
        CallExecution begun = new CallExecution(parts.execution(), order, this);
        execution = begun;
        report.follows(begun);
        begun.start();
    }

    private void onData(EngageMessage.Data data) {
        CallExecution running = running();
        if (data.bytes().length() > 0) {
            running.write(data.bytes());
            received += data.bytes().length();
            if (received > WIDEN_AFTER) {
                reader.widen(parts.streamWindowBytes());
            }
        }
        if (data.eof()) {
            state = State.ANSWERING;
            bodyEnded = true;
            running.endBody();
        } else if (running.bodyFull()) {
            reader.pause();
            if (!intake.holdBeside(running.bodyWaiting())) {
                onOverBudget();
            }
        }
    }

    @Override
    public void onHalfClose() {
        switch (state) {
            case AWAIT_TRY -> abort(GrpcStatus.UNKNOWN, EXPECTED_TRY);
            case WAITING, RECEIVING -> {
                if (!bodyEnded) {
                    abort(GrpcStatus.UNKNOWN, EXPECTED_DATA);
                }
            }
            case ANSWERING, DONE -> {}
        }
    }

    @Override
    public void onOverBudget() {
        if (state == State.AWAIT_TRY || state == State.WAITING) {
            cancelExecution();
            finish(ErrorCode.SERVER_BUSY.exception());
        } else {
            abort(GrpcStatus.RESOURCE_EXHAUSTED, OVER_BUDGET);
        }
    }

    @Override
    public void onBroken(GrpcStatus status, String text) {
        abort(status, text);
    }

    @Override
    public void onGone() {
        if (state != State.DONE) {
            cancelExecution();
            state = State.DONE;
            ending.gone(received, answered);
        }
    }

    /**
     * The node takes no more calls. A stream without one ends now, by a refusal, since a call may be on its way; one
     * whose call has ended ends soon, whether or not its client takes the rest.
     */
    void drain() {
        switch (state) {
            case AWAIT_TRY -> finish(ErrorCode.SERVER_BUSY.exception());
            case WAITING, RECEIVING, ANSWERING -> {}
            case DONE -> registration.leave(reply::giveUp);
        }
    }

    /** The node can wait no longer. Only a call that has no slot can run elsewhere. */
    void cutOff() {
        if (state == State.DONE) {
            return;
        }
        boolean untouched = execution == null || execution.waiting();
        if (!untouched) {
            parts.counters().callCutOff();
        }
        cancelExecution();
        finish((untouched ? ErrorCode.SERVER_BUSY : ErrorCode.CUT_OFF).exception());
    }

    @Override
    public void onSlot() {
        report.start(running().timings());
        reply.slotWon();
        reader.running(true);
        lease.running();
        if (bodyEnded) {
            state = State.ANSWERING;
        } else {
            state = State.RECEIVING;
            if (!running().bodyFull()) {
                reader.resume();
            }
        }
    }

    @Override
    public boolean looks(SlotFacts facts) {
        return report.looks(facts);
    }

    @Override
    public void onSlotLost() {
        report.await();
        reader.running(false);
        state = State.WAITING;
        if (!bodyEnded) {
            reader.pause();
        }
    }

    @Override
    public void onBodyDrained() {
        if (state == State.RECEIVING) {
            intake.keepDocument();
            reader.resume();
        }
    }

    @Override
    public void onHead(ResponseHead head) {
        report.answered();
        switch (reply.head(head)) {
            case TAKEN -> {}
            case TOO_LARGE -> {
                cancelExecution();
                finish(ErrorCode.RESPONSE_HEADER_TOO_BIG.exception());
            }
            case NO_MEMORY -> abort(GrpcStatus.RESOURCE_EXHAUSTED, OVER_BUDGET);
        }
    }

    @Override
    public void onBytes(Buffer bytes) {
        CallExecution running = running();
        answered += bytes.length();
        if (!reply.bytes(bytes, running::resumeResponse)) {
            running.pauseResponse();
        }
    }

    @Override
    public void onExplained(SlotFacts facts) {
        report.explained(facts);
    }

    @Override
    public void onMeasured(Truth truth) {
        report.measured(truth);
    }

    @Override
    public void onEnd(@Nullable RunnerException error) {
        finish(error);
    }

    private void finish(@Nullable RunnerException outcome) {
        if (state != State.DONE) {
            state = State.DONE;
            ending.finish(
                    outcome, received, answered, turnedAway ? () -> connection.reset(request.streamId()) : () -> {});
        }
    }

    /** Ends the stream with a status in place of the closing message, and tears the call down. */
    private void abort(GrpcStatus status, String text) {
        if (state != State.DONE) {
            cancelExecution();
            state = State.DONE;
            ending.abort(status, text, received, answered);
        }
    }

    /** Drops what the client has not taken of an answer that has ended. */
    void giveUp() {
        reply.giveUp();
    }

    private void cancelExecution() {
        if (execution != null) {
            execution.cancel(ErrorCode.CANCELLED.exception());
        }
    }

    private CallExecution running() {
        if (execution == null) {
            throw new IllegalStateException("no call in state " + state);
        }
        return execution;
    }

    private LoggingEventBuilder named(LoggingEventBuilder line) {
        return CallKeys.add(line, report.callId(), requestId);
    }
}
