package dev.berth.status;

import dev.berth.proto.RunnerStatus;
import dev.berth.proto.WhyAnswer;
import io.vertx.core.Future;

/** Answers Status and Status2. Any thread; the future completes on the caller's context. */
public interface StatusSource {

    /** @param body what a status function is given, JSON */
    Future<RunnerStatus> answer(String body);

    /** Why a call went as it did, as far as any node knows. */
    default Future<WhyAnswer> why(String callId) {
        return Future.succeededFuture(WhyAnswer.getDefaultInstance());
    }

    /** Adds what is known of all nodes, if there is a cluster. Never fails. */
    default Future<RunnerStatus> withCluster(RunnerStatus status) {
        return Future.succeededFuture(status);
    }
}
