package dev.berth.logs;

import com.google.protobuf.ByteString;

/** Lines for tests. */
public final class LogLines {
    public static final LogOrigin ORIGIN = new LogOrigin("app", "fn", "container-1", "image");

    private LogLines() {}

    public static LogLine line(String text) {
        return line(ORIGIN, "call-1", text);
    }

    public static LogLine line(LogOrigin origin, String callId, String text) {
        return new LogLine(origin, callId, 1_700_000_000_000L, LogLine.Source.STDOUT, ByteString.copyFromUtf8(text));
    }
}
