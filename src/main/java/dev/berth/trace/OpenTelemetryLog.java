package dev.berth.trace;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** When each logger may say the next thing. */
    private static final Map<String, Long> QUIET_UNTIL = new ConcurrentHashMap<>();

    /** From now on it goes to the runner's log. Idempotent. */
    static void route() {
        EXPORTERS.setLevel(Level.OFF);
        ALL.setUseParentHandlers(false);
        if (ALL.getHandlers().length == 0) {
            SLF4JBridgeHandler handler = new SLF4JBridgeHandler();
            handler.setFilter(line -> speaks(String.valueOf(line.getLoggerName()), System.nanoTime()));
            ALL.addHandler(handler);
        }
    }

    /** Once a minute for each logger: a queue that is full is told with every delivery. */
    private static boolean speaks(String logger, long now) {
        Long until = QUIET_UNTIL.get(logger);
        if (until != null && now - until < 0) {
            return false;
        }
        QUIET_UNTIL.put(logger, now + QUIET_NANOS);
        return true;
    }
}
