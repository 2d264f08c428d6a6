package dev.berth.trace;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** OpenTelemetry logs with the JDK's own logging, which would go to stderr in a shape of its own. */
final class OpenTelemetryLog {
    /** Held on to: the JDK forgets loggers, and what was set on them, that nobody holds. */
    private static final Logger ALL = Logger.getLogger("io.opentelemetry");

    /** These say again, and more often, what {@link WatchedExporter} says. */
    private static final Logger EXPORTERS = Logger.getLogger("io.opentelemetry.exporter");

    private OpenTelemetryLog() {}

    /** From now on it goes to the runner's log. Idempotent. */
    static void route() {
        EXPORTERS.setLevel(Level.OFF);
        ALL.setUseParentHandlers(false);
        if (ALL.getHandlers().length == 0) {
            ALL.addHandler(new SLF4JBridgeHandler());
        }
    }
}
