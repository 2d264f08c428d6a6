package dev.berth.cluster;

import io.vertx.core.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the bus throws at nobody in particular when a connection to a node breaks: it fails a message that it has failed
 * before. Of no interest, since the sender has been told; and one stack trace for each message that was on its way.
 */
final class BusNoise implements Handler<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(BusNoise.class);
    private static final String PACKAGE = "io.vertx.core.eventbus.impl.clustered.";

    @Override
    public void handle(Throwable failure) {
        if (isNoise(failure)) {
            LOG.atDebug().setCause(failure).log("the bus has failed a message twice");
        } else {
            LOG.atError().setCause(failure).log("unhandled exception");
        }
    }

    static boolean isNoise(Throwable failure) {
        boolean twice = failure instanceof IllegalStateException
                && String.valueOf(failure.getMessage()).startsWith("Promise already completed");
        if (twice) {
            for (StackTraceElement frame : failure.getStackTrace()) {
                if (frame.getClassName().startsWith(PACKAGE)) {
                    return true;
                }
            }
        }
        return false;
    }
}
