package dev.berth.ingress;

import dev.berth.error.Blame;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import dev.berth.observe.CallKeys;
import io.vertx.grpc.common.GrpcStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The end of an Engage stream, in whichever of three ways: what is logged, told and given back, and when. Exactly one of
 * its methods is called, once. Confined to the context of its stream.
 */
final class EngageEnding {
    private static final Logger LOG = LoggerFactory.getLogger(EngageEnding.class);

    private final CallMeter meter;
    private final StreamRegistration registration;
    private final CallReport report;
    private final EngageResponse reply;
    private final MessageReader reader;
    private final NodeBudget.Lease lease;
    private final @Nullable String requestId;

    EngageEnding(
            CallMeter meter,
            StreamRegistration registration,
            CallReport report,
            EngageResponse reply,
            MessageReader reader,
            NodeBudget.Lease lease,
            @Nullable String requestId) {
        this.meter = meter;
        this.registration = registration;
        this.report = report;
        this.reply = reply;
        this.reader = reader;
        this.lease = lease;
        this.requestId = requestId;
    }

    /**
     * The closing message.
     *
     * @param sent run when it is out, the client has gone, or it is given up
     */
    void finish(@Nullable RunnerException outcome, long received, long answered, Runnable sent) {
        RunnerException error = outcome == null ? null : reply.allowed(outcome);
        if (error == null) {
            named(LOG.atDebug()).log("call succeeded");
        } else {
            named(error.code().blame() == Blame.PLATFORM ? LOG.atWarn() : LOG.atDebug())
                    .addKeyValue("errorCode", error.code())
                    .log(error.getMessage());
        }
        registration.callCame();
        reader.drop();
        boolean refused = error != null && error.wireCode() == ErrorCode.SERVER_BUSY.wire();
        report.carried(received, answered);
        reply.finish(report.finish(error, report.timings()), () -> {
            closed(refused, received, answered);
            sent.run();
        });
        leaveIfDraining();
    }

    /** A status in place of the closing message. */
    void abort(GrpcStatus status, String text, long received, long answered) {
        report.carried(received, answered);
        report.abort(status, text);
        registration.callCame();
        reader.drop();
        reply.abort(status, text, () -> closed(false, received, answered));
        leaveIfDraining();
    }

    /** Nothing more can be said. */
    void gone(long received, long answered) {
        named(LOG.atDebug()).log("client has gone");
        report.carried(received, answered);
        report.abandon();
        registration.callCame();
        reply.gone();
        closed(false, received, answered);
    }

    private void leaveIfDraining() {
        if (registration.draining()) {
            registration.leave(reply::giveUp);
        }
    }

    /** The client has all of it, or has gone. Until then what its call's document is made of may not be gone either. */
    private void closed(boolean refused, long received, long answered) {
        lease.giveBack();
        registration.end(refused);
        meter.bytes(received, answered);
    }

    private LoggingEventBuilder named(LoggingEventBuilder line) {
        return CallKeys.add(line, report.callId(), requestId);
    }
}
