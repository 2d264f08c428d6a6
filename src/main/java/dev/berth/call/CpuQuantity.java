package dev.berth.call;

import dev.berth.error.ErrorCode;

/** CPUs as a call document writes them: {@code "100m"} or {@code "0.1"}; at most 1024 CPUs. */
final class CpuQuantity {
    private static final long MAX_MILLIS = 1_024_000;
    private static final int MAX_CPUS = 1024;

    private CpuQuantity() {}

    /** Thousandths of a CPU, rounded down; 0 for no text. Anything else that does not fit: INVALID_CPUS. */
    static long millis(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            return text.endsWith("m") ? wholeMillis(text.substring(0, text.length() - 1)) : fraction(text);
        } catch (NumberFormatException notANumber) {
            throw ErrorCode.INVALID_CPUS.exception();
        }
    }

    private static long wholeMillis(String digits) {
        if (!onlyHas(digits, "")) {
            throw ErrorCode.INVALID_CPUS.exception();
        }
        long millis = Long.parseLong(digits);
        if (millis > MAX_MILLIS) {
            throw ErrorCode.INVALID_CPUS.exception();
        }
        return millis;
    }

    private static long fraction(String text) {
        // Java reads more than decimal numbers as a double ("1f", "0x1p3", "NaN"); those are no CPUs.
        if (!onlyHas(text, "+-.eE")) {
            throw ErrorCode.INVALID_CPUS.exception();
        }
        double cpus = Double.parseDouble(text);
        if (!(cpus >= 0 && cpus <= MAX_CPUS)) {
            throw ErrorCode.INVALID_CPUS.exception();
        }
        return (long) (cpus * 1000);
    }

    private static boolean onlyHas(String text, String besidesDigits) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && besidesDigits.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
