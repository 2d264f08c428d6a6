package dev.berth.logs;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/** Makes a line of output into a syslog message, without an end of line. Immutable. */
final class SyslogFormat {
    private static final int FACILITY_USER = 1 << 3;
    private static final int ERROR = FACILITY_USER + 3;
    private static final int INFO = FACILITY_USER + 6;
    /** More than ids have; less than would be a burden to each line. */
    private static final int MAX_FIELD = 255;

    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x21-\\x7e]");

    private final int version;
    private final ChronoUnit precision;
    private final String head;
    private final String callKey;
    private final String body;

    private SyslogFormat(int version, ChronoUnit precision, String head, String callKey, String body) {
        this.version = version;
        this.precision = precision;
        this.head = head;
        this.callKey = callKey;
        this.body = body;
    }

    /**
     * RFC 5424, in the form of the Docker engine's driver: the tag is application as well as message id, even
     * where it is longer than the standard allows.
     */
    static SyslogFormat tagged(String host, String tag) {
        String name = field(tag);
        String head =
                " " + field(host) + " " + name + " " + ProcessHandle.current().pid() + " " + name + " - ";
        return new SyslogFormat(1, ChronoUnit.MILLIS, head, "", "");
    }

    /** The legacy form, whose version is 2: to read those lines is to know that. */
    static SyslogFormat legacy(String appId, String route) {
        return new SyslogFormat(
                2,
                ChronoUnit.SECONDS,
                " fn - - - - ",
                "call_id=",
                " func_name=" + value(route) + " app_id=" + value(appId) + " ");
    }

    Buffer message(LogLine line) {
        int priority = line.source() == LogLine.Source.STDERR ? ERROR : INFO;
        Instant time = Instant.ofEpochMilli(line.unixMillis()).truncatedTo(precision);
        String call = callKey.isEmpty() ? "" : callKey + value(line.callId());
        return Buffer.buffer("<" + priority + ">" + version + " " + time + head + call + body)
                .appendBytes(line.data().toByteArray());
    }

    /** What a head's field can be: some printable characters of ASCII, or a dash for none. */
    private static String field(String text) {
        return text.isEmpty() ? "-" : value(text);
    }

    /** Must not look like the end of what it stands in, least of all of the line. */
    private static String value(String text) {
        String cut = text.length() > MAX_FIELD ? text.substring(0, MAX_FIELD) : text;
        return printable(cut);
    }

    static String printable(String text) {
        return NOT_PRINTABLE.matcher(text).replaceAll("?");
    }
}
