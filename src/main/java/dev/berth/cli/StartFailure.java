package dev.berth.cli;

import dev.berth.config.ConfigException;
import dev.berth.config.RunnerConfig;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

/** One line for why a runner did not start or stop. */
final class StartFailure {
    private StartFailure() {}

    static String ofStart(Throwable failure, RunnerConfig config) {
        if (failure instanceof ConfigException) {
            return FailureText.of(failure);
        }
        if (isOfTheListener(failure)) {
            RunnerAddress address =
                    new RunnerAddress(config.grpc().host(), config.grpc().port());
            return "cannot listen on " + address + " (grpc.host, grpc.port): " + FailureText.of(failure);
        }
        return "cannot start: " + text(failure);
    }

    static String ofStop(Throwable failure) {
        String why = failure instanceof TimeoutException
                ? "calls were still running after node.drainTimeout"
                : text(failure);
        return "not stopped in good order: " + why;
    }

    /** Nothing else binds or resolves at the start; the native transport has no BindException. */
    private static boolean isOfTheListener(Throwable failure) {
        return failure instanceof UnknownHostException
                || (failure instanceof IOException
                        && FailureText.of(failure)
                                .matches(".*(Address already in use|Permission denied|Cannot assign).*"));
    }

    private static String text(Throwable failure) {
        return failure instanceof RunnerException ? FailureText.of(failure) : FailureText.withKind(failure);
    }
}
