package dev.berth.why;

import java.util.Locale;

/** Times and sizes as one says them: three figures at most. */
final class Amounts {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Amounts() {}

    static String micros(long micros) {
        if (micros < 1000) {
            return micros + " µs";
        }
        if (micros < 10_000) {
            return decimal(micros / 1000.0, 1) + " ms";
        }
        if (micros < 1_000_000) {
            return Math.round(micros / 1000.0) + " ms";
        }
        if (micros < 100_000_000) {
            return decimal(micros / 1e6, 2) + " s";
        }
        return millis(micros / 1000);
    }

    /** Of longer times, in whole units. */
    static String millis(long millis) {
        long seconds = Math.round(millis / 1000.0);
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? Math.round(seconds / 60.0) + " min" : Math.round(seconds / 3600.0) + " h";
    }

    static String bytes(long bytes) {
        if (bytes < GIB * 4) {
            return (bytes + MIB - 1) / MIB + " MB";
        }
        return decimal((double) bytes / GIB, 1) + " GB";
    }

    static String count(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < MIB ? bytes / 1024 + " KB" : bytes(bytes);
    }

    static String cpu(long millis) {
        return millis + "m CPU";
    }

    private static String decimal(double value, int places) {
        String text = String.format(Locale.ROOT, "%." + places + "f", value);
        return text.replaceAll("\\.?0+$", "");
    }
}
