package dev.berth.logs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lines that travel together, in the order in which they were read. Immutable. */
public record LogBatch(List<LogLine> lines) {
    /** Largest message, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    /** Per name of a message: tag and length, and those of what contains it. */
    private static final int NAME = 12;

    public LogBatch {
        lines = List.copyOf(lines);
    }

    /** Collects lines as long as their message stays within the limit. */
    static final class Builder {
        private final List<LogLine> lines = new ArrayList<>();
        private final Set<LogOrigin> origins = new HashSet<>();
        private final Set<List<String>> calls = new HashSet<>();
        private int bytes;

        /** @return false if there is no room for the line; there always is for the first */
        boolean add(LogLine line) {
            int more = line.encoded() + naming(line);
            if (!lines.isEmpty() && bytes + more > MAX_BYTES) {
                return false;
            }
            lines.add(line);
            origins.add(line.origin());
            calls.add(call(line));
            bytes += more;
            return true;
        }

        private int naming(LogLine line) {
            LogOrigin origin = line.origin();
            int container = origins.contains(origin)
                    ? 0
                    : encoded(origin.appId()) + encoded(origin.fnId()) + encoded(origin.containerId()) + NAME;
            return container + (calls.contains(call(line)) ? 0 : encoded(line.callId()) + NAME);
        }

        /** A character takes up to three bytes. */
        private static int encoded(String name) {
            return NAME + 3 * name.length();
        }

        private static List<String> call(LogLine line) {
            return List.of(line.origin().containerId(), line.callId());
        }

        boolean isEmpty() {
            return lines.isEmpty();
        }

        LogBatch build() {
            return new LogBatch(lines);
        }
    }
}
