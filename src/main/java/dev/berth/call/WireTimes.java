package dev.berth.call;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Times as the wire has them: {@code 2006-01-02T15:04:05.000Z}, UTC, milliseconds. */
public final class WireTimes {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    // Calls of the same second share its text. Threads may overwrite each other's: each value is whole.
    private static volatile Second last = new Second(0, SECONDS.format(Instant.EPOCH));

    private WireTimes() {}

    /** The text of a time; empty for none. */
    public static String format(@Nullable Instant time) {
        if (time == null) {
            return "";
        }
        Second second = last;
        if (second.epochSecond != time.getEpochSecond()) {
            second = new Second(time.getEpochSecond(), SECONDS.format(time));
            last = second;
        }
        int millis = time.getNano() / 1_000_000;
        return second.text + (char) ('0' + millis / 100) + (char) ('0' + millis / 10 % 10) + (char) ('0' + millis % 10)
                + "Z";
    }

    private record Second(long epochSecond, String text) {}
}
