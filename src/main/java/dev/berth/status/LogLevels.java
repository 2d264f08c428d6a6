package dev.berth.status;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The level of this process's log. */
public final class LogLevels {
    public static final List<String> NAMES = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    private LogLevels() {}

    /** Sets the lowest level written. False, and nothing changes, if there is no such level. */
    public static boolean set(String name) {
        Level level = Level.toLevel(name, null);
        if (level == null || !(LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root)) {
            return false;
        }
        root.setLevel(level);
        return true;
    }
}
