package dev.berth.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as text: {@code 30s}, {@code 50ms}, {@code 2m5s}; a unit is needed except for 0. */
final class Durations {
    /** {@code never} where a negative duration switches something off. */
    static final Duration NEVER = Duration.ofMillis(-1);
    /**
     * {@code never} of a time limit: longer than any process, and a delay that every timer takes. No other value is
     * as long.
     */
    static final Duration UNLIMITED = Duration.ofDays(36_500);

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Long> NANOS = new LinkedHashMap<>();

    static {
        NANOS.put("h", 3_600_000_000_000L);
        NANOS.put("m", 60_000_000_000L);
        NANOS.put("s", 1_000_000_000L);
        NANOS.put("ms", 1_000_000L);
        NANOS.put("us", 1_000L);
        NANOS.put("µs", 1_000L);
        NANOS.put("ns", 1L);
    }

    private Durations() {}

    private static BigDecimal unit(String name) {
        return BigDecimal.valueOf(Objects.requireNonNull(NANOS.get(name)));
    }

    static Duration parse(String text) {
        String trimmed = text.trim();
        if (trimmed.equals("0")) {
            return Duration.ZERO;
        }
        Matcher part = PART.matcher(trimmed);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (part.lookingAt()) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
            end = part.end();
            part.region(end, trimmed.length());
        }
        if (end == 0 || end != trimmed.length()) {
            throw new BadValue();
        }
        if (nanos.compareTo(BigDecimal.valueOf(UNLIMITED.toNanos())) >= 0) {
            throw new BadValue("shorter than a hundred years");
        }
        try {
            return Duration.ofNanos(nanos.longValueExact());
        } catch (ArithmeticException tooFine) {
            throw new BadValue();
        }
    }

    static String print(Duration duration) {
        if (duration.isNegative() || duration.equals(UNLIMITED)) {
            return "never";
        }
        if (duration.isZero()) {
            return "0s";
        }
        StringBuilder text = new StringBuilder();
        long rest = duration.toNanos();
        for (Map.Entry<String, Long> unit : NANOS.entrySet()) {
            long whole = rest / unit.getValue();
            if (whole > 0) {
                text.append(whole).append(unit.getKey());
                rest -= whole * unit.getValue();
            }
        }
        return text.toString();
    }
}
