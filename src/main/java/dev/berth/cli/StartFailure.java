package dev.berth.cli;

import dev.berth.config.ConfigException;
import dev.berth.config.RunnerConfig;
import dev.berth.error.RunnerException;
import java.io.IOException;
import java.net.UnknownHostException;

/** One line for why a runner did not start. */
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
