package dev.berth.config;

/**
 * @param level lowest level written
 * @param destination {@code stderr}, {@code file:///path}, {@code udp://host:port} or {@code tcp://host:port}
 * @param prefix tag of syslog lines
 */
public record RunnerLogConfig(Level level, Format format, String destination, String prefix) {
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    public enum Format {
        TEXT,
        JSON
    }
}
