package dev.berth.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.event.KeyValuePair;

/**
 * One event, one line: what it is made of cannot end it. Only a stack trace has lines of its own, and those begin
 * with a tab, which no event's line does.
 */
final class TextLines extends EncoderBase<ILoggingEvent> {
    /** What is on a line, and where it is for. */
    enum Shape {
        /** Time, level, logger, text, keys; then the stack trace. */
        FULL,
        /** For syslog, which has time and level itself: the rest, with the stack trace on the same line. */
        BODY,
        /** For commands: text and keys. */
        SHORT
    }

    private static final byte[] NOTHING = new byte[0];
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
    private static final int LEVEL_WIDTH = 5;

    private final Shape shape;

    TextLines(Shape shape) {
        this.shape = shape;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        switch (shape) {
            case FULL -> {
                Instant time = event.getInstant();
                String level = event.getLevel().toString();
                line.append(TIME.format(time)).append(' ').append(level);
                line.append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())))
                        .append(' ');
                line.append(simpleName(event)).append(' ');
            }
            case BODY -> line.append(simpleName(event)).append(' ');
            case SHORT -> line.append("berth: ");
        }
        LogText.append(line, String.valueOf(event.getFormattedMessage()));
        keys(line, event);
        trace(line, event);
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String simpleName(ILoggingEvent event) {
        String name = event.getLoggerName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static void keys(StringBuilder line, ILoggingEvent event) {
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                LogText.append(line.append(' '), pair.key);
                LogText.appendQuoted(line.append('='), String.valueOf(pair.value));
            }
        }
    }

    private void trace(StringBuilder line, ILoggingEvent event) {
        if (event.getThrowableProxy() == null) {
            return;
        }
        switch (shape) {
            case FULL -> StackTrace.append(line, event.getThrowableProxy(), "\n\t");
            case BODY -> {
                StringBuilder lines = new StringBuilder();
                StackTrace.append(lines, event.getThrowableProxy(), "\n");
                LogText.append(line, lines.toString());
            }
            case SHORT -> {}
        }
    }
}
