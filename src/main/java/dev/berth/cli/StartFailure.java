package dev.berth.cli;

import dev.berth.config.RunnerConfig;
import dev.berth.error.RunnerException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** One line for why a runner did not start or stop. */
final class StartFailure {
    private StartFailure() {}

    static String describe(Throwable failure, RunnerConfig config) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || cause instanceof UnknownHostException) {
                RunnerAddress address =
                        new RunnerAddress(config.grpc().host(), config.grpc().port());
                return "cannot listen on " + address + " (grpc.host, grpc.port): " + text(cause);
            }
        }
        return "cannot start: " + text(failure);
    }

    static String text(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "calls were still running after node.drainTimeout";
        }
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.lines().findFirst().orElse("");
        return failure instanceof RunnerException || failure instanceof BindException
                ? line
                : failure.getClass().getSimpleName() + ": " + line;
    }
}
