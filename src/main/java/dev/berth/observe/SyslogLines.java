package dev.berth.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.berth.config.HostName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;

/** Puts a syslog head before a line: priority, RFC 3339 time, host, tag and process id. */
final class SyslogLines {
    private static final int FACILITY_USER = 1 << 3;

    private final String middle;

    SyslogLines(String tag) {
        String host = HostName.find();
        this.middle = " " + (host.isEmpty() ? "-" : host) + " " + tag + "["
                + ProcessHandle.current().pid() + "]: ";
    }

    /** With a line end, as stream transports need one. */
    byte[] format(ILoggingEvent event, byte[] body) {
        String head = "<" + (FACILITY_USER + severity(event.getLevel())) + ">"
                + event.getInstant().truncatedTo(ChronoUnit.SECONDS) + middle;
        ByteArrayOutputStream line = new ByteArrayOutputStream(head.length() + body.length + 1);
        line.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        int length = body.length;
        while (length > 0 && body[length - 1] == '\n') {
            length--;
        }
        line.write(body, 0, length);
        line.write('\n');
        return line.toByteArray();
    }

    private static int severity(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> 3;
            case Level.WARN_INT -> 4;
            case Level.INFO_INT -> 6;
            default -> 7;
        };
    }
}
