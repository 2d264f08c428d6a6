package dev.berth.ingress;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The {@code grpc-timeout} header: up to eight digits and a unit. */
final class GrpcTimeout {
    private static final int MAX_DIGITS = 8;

    private GrpcTimeout() {}

    /** The deadline a header sets from now on; none if it is missing or malformed. Zero is a deadline too. */
    static Deadline parse(@Nullable String header) {
        int digits = header == null ? 0 : header.length() - 1;
        if (header == null || digits < 1 || digits > MAX_DIGITS) {
            return Deadline.NONE;
        }
        TimeUnit unit = switch (header.charAt(digits)) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> null;
        };
        long amount = 0;
        for (int i = 0; i < digits; i++) {
            char c = header.charAt(i);
            if (c < '0' || c > '9') {
                return Deadline.NONE;
            }
            amount = amount * 10 + (c - '0');
        }
        return unit == null ? Deadline.NONE : Deadline.in(unit.toNanos(amount));
    }
}
