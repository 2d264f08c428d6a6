package dev.berth.observe;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.spi.AppenderAttachable;
import java.util.ArrayList;
import java.util.List;

/** Looks behind the asynchronous appender. */
final class LogTargets {
    private LogTargets() {}

    static List<String> of(LoggerContext context) {
        List<String> names = new ArrayList<>();
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders().forEachRemaining(outer -> {
            if (outer instanceof AppenderAttachable<?> attachable) {
                attachable.iteratorForAppenders().forEachRemaining(inner -> names.add(simpleName(inner)));
            }
        });
        return names;
    }

    private static String simpleName(Appender<?> appender) {
        return appender.getClass().getSimpleName();
    }
}
