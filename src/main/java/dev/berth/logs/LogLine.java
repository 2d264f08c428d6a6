package dev.berth.logs;

import com.google.protobuf.ByteString;

/**
 * One line of output.
 *
 * @param callId the call it is counted to; empty between calls
 * @param unixMillis when it was read
 * @param data without the end of the line; any bytes at all
 */
public record LogLine(LogOrigin origin, String callId, long unixMillis, Source source, ByteString data) {
    /** Of a line with no data: the object, and its place in the buffer. */
    private static final int MEMORY = 128;
    /** Of a line in a message: tags, lengths, time and source. */
    private static final int ENCODING = 24;

    /** Which of the two streams. */
    public enum Source {
        STDOUT,
        STDERR
    }

    /** What it costs to keep, in bytes. */
    int kept() {
        return MEMORY + data.size();
    }

    /** What it takes in a message, in bytes, not counting whose it is; never too low. */
    int encoded() {
        return ENCODING + data.size();
    }
}
