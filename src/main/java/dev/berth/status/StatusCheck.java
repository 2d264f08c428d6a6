package dev.berth.status;

import dev.berth.call.CallFactory;
import dev.berth.config.StatusConfig;
import dev.berth.error.RunnerException;
import dev.berth.ingress.Deadline;
import dev.berth.ingress.ExecutionParts;
import dev.berth.proto.CallFinished;
import dev.berth.proto.RunnerStatus;
import dev.berth.status.StatusMeter.Network;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether calls work, by running one: network barrier, then the operator's command, then the status
 * function. One run at a time; who asks meanwhile shares it, and its result is shown for a while after. That
 * while is longer than the status container's idle time, so that each run tests a cold start.
 *
 * <p>Confined to one context.
 */
final class StatusCheck {
    private static final Logger LOG = LoggerFactory.getLogger(StatusCheck.class);
    private static final Duration SHOWN = StatusCall.IDLE_TIMEOUT.plusMillis(500);
    private static final int FIRST_FAILURE = 400;

    private final Vertx vertx;
    private final StatusConfig config;
    private final CallFactory calls;
    private final ExecutionParts parts;
    private final HealthCommand command;
    private final StatusMeter meter;
    private @Nullable Future<Run> running;
    private @Nullable Run last;

    StatusCheck(Vertx vertx, StatusConfig config, CallFactory calls, ExecutionParts parts, StatusMeter meter) {
        this.meter = meter;
        this.vertx = vertx;
        this.config = config;
        this.calls = calls;
        this.parts = parts;
        this.command = new HealthCommand(vertx, config.healthCommand(), config.healthTimeout());
    }

    /** A finished run. The first to read it is told so. */
    private static final class Run {
        private final RunnerStatus status;
        private final Network network;
        private final Deadline shownUntil = Deadline.in(SHOWN);
        private boolean read;

        Run(RunnerStatus status, Network network) {
            this.status = status;
            this.network = network;
        }
    }

    /**
     * The outcome of a check, without counters. Empty if there is nothing to check. Never fails.
     *
     * @param body what the status function is given; of callers who share a run, the first one's
     */
    Future<RunnerStatus.Builder> outcome(String body) {
        if (config.image() == null && config.healthCommand().isEmpty()) {
            return Future.succeededFuture(RunnerStatus.newBuilder());
        }
        Run shown = last;
        if (running == null && shown != null && !shown.shownUntil.passed()) {
            return Future.succeededFuture(show(shown));
        }
        if (running == null) {
            Future<Run> run = run(body);
            running = run;
            run.onComplete(done -> {
                running = null;
                last = done.result();
            });
            return run.map(this::show);
        }
        return running.map(this::show);
    }

    private RunnerStatus.Builder show(Run run) {
        RunnerStatus.Builder shown = run.status.toBuilder().setCached(run.read);
        if (config.image() != null) {
            meter.answered(run.read, !run.status.getFailed(), run.network);
        }
        run.read = true;
        return shown;
    }

    private Future<Run> run(String body) {
        return network().compose(network -> {
            boolean disabled = network != Network.TRUE;
            return command.run()
                    .compose(custom -> call(disabled, body).map(status -> status.putAllCustomStatus(custom)))
                    .otherwise(StatusCheck::failed)
                    .map(status -> new Run(status.setIsNetworkDisabled(disabled).build(), network));
        });
    }

    private Future<Network> network() {
        if (config.networkBarrier() == null) {
            return Future.succeededFuture(Network.TRUE);
        }
        return vertx.fileSystem()
                .exists(config.networkBarrier().toString())
                .map(open -> open ? Network.TRUE : Network.FALSE)
                .otherwise(Network.ERROR);
    }

    private Future<RunnerStatus.Builder> call(boolean networkDisabled, String body) {
        String image = config.image();
        if (image == null) {
            return Future.succeededFuture(RunnerStatus.newBuilder());
        }
        return StatusCall.run(parts, calls, image, networkDisabled, body).map(StatusCheck::status);
    }

    private static RunnerStatus.Builder status(StatusCall.Result result) {
        CallFinished finished = result.finished();
        boolean failed = !finished.getSuccess() || result.status() >= FIRST_FAILURE;
        if (failed) {
            LOG.atWarn()
                    .addKeyValue("callId", finished.getDetails())
                    .addKeyValue("errorCode", finished.getErrorCode())
                    .addKeyValue("status", result.status())
                    .log("status call failed: {}", finished.getErrorStr());
        }
        return RunnerStatus.newBuilder()
                .setFailed(failed)
                .setId(finished.getDetails())
                .setDetails(result.details())
                .setErrorCode(failed && finished.getSuccess() ? result.status() : finished.getErrorCode())
                .setErrorStr(finished.getErrorStr())
                .setCreatedAt(finished.getCreatedAt())
                .setStartedAt(finished.getStartedAt())
                .setCompletedAt(finished.getCompletedAt())
                .setSchedulerDuration(finished.getSchedulerDuration())
                .setExecutionDuration(finished.getExecutionDuration())
                .setImagePullWaitDuration(finished.getImagePullWaitDuration())
                .setCtrPrepDuration(finished.getCtrPrepDuration())
                .setCtrCreateDuration(finished.getCtrCreateDuration())
                .setInitStartTime(finished.getInitStartTime());
    }

    private static RunnerStatus.Builder failed(Throwable failure) {
        LOG.atWarn().log("status check failed: {}", failure.getMessage());
        RunnerStatus.Builder status = RunnerStatus.newBuilder().setFailed(true);
        if (failure instanceof HealthCommand.Failure chosen) {
            return status.setErrorCode(chosen.code()).setErrorStr(String.valueOf(chosen.getMessage()));
        }
        RunnerException known = RunnerException.of(failure);
        return status.setErrorCode(known.wireCode()).setErrorStr(known.told());
    }
}
