package dev.berth.status;

import dev.berth.call.CallFactory;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.ResponseHead;
import dev.berth.error.RunnerException;
import dev.berth.ingress.CallExecution;
import dev.berth.ingress.CallListener;
import dev.berth.ingress.CallOrder;
import dev.berth.ingress.CallReport;
import dev.berth.ingress.Deadline;
import dev.berth.ingress.ExecutionParts;
import dev.berth.proto.CallFinished;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of the status function: an ordinary call whose caller is this node. */
final class StatusCall implements CallListener {
    static final Duration IDLE_TIMEOUT = Duration.ofSeconds(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MAX_DETAILS = 64 * 1024;
    private static final int ID_BYTES = 13;
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * How it went.
     *
     * @param status the function's own status; 0 if it did not answer
     * @param details what the function answered, cut off after 64 KiB
     */
    record Result(CallFinished finished, int status, String details) {}

    private final String id = newId();
    private final Buffer request;
    private final CallReport report = new CallReport();
    private final Promise<Result> result = Promise.promise();
    private final Buffer details = Buffer.buffer();
    private final CallExecution execution;
    private boolean sent;
    private int status;

    private StatusCall(ExecutionParts parts, ContainerSpec spec, String body) {
        request = Buffer.buffer(body);
        report.describe(id, spec.image());
        CallOrder order = new CallOrder(
                id,
                spec,
                TIMEOUT,
                Deadline.in(LIMIT),
                deadline -> new CallRequest(id, "", "", "GET", "/", List.of(), deadline, null, true));
        execution = new CallExecution(parts, order, this);
    }

    /** Never fails: an error is part of the result. */
    static Future<Result> run(
            ExecutionParts parts, CallFactory calls, String image, boolean networkDisabled, String body) {
        StatusCall call = new StatusCall(parts, calls.statusSpec(image, IDLE_TIMEOUT, networkDisabled), body);
        call.execution.start();
        return call.result.future();
    }

    private static String newId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    @Override
    public void onSlot() {
        report.start(execution.timings());
        if (!sent) {
            sent = true;
            execution.write(request);
            execution.endBody();
        }
    }

    @Override
    public void onSlotLost() {
        // The execution keeps the body and sends it again.
    }

    @Override
    public void onBodyDrained() {
        // It was written in one piece.
    }

    @Override
    public void onHead(ResponseHead head) {
        status = head.status();
    }

    @Override
    public void onBytes(Buffer bytes) {
        int room = MAX_DETAILS - details.length();
        details.appendBuffer(bytes, 0, Math.min(room, bytes.length()));
    }

    @Override
    public void onEnd(@Nullable RunnerException error) {
        ContainerTimings timings = execution.timings();
        result.complete(new Result(report.finish(error, timings), status, details.toString()));
    }
}
