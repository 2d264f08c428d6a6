package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of a run, in Markdown, and whether every aim was met. */
final class Report {
    private final List<String> conditions = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final String beside;
    private final String measured;
    private int missed;
    private boolean partFailed;

    /**
     * @param beside head of the column that is compared with
     * @param measured head of the column that is measured
     */
    Report(String beside, String measured) {
        this.beside = beside;
        this.measured = measured;
    }

    /** What a figure should be: at most, or at least. */
    record Aim(double limit, boolean atMost, String unit) {
        static Aim atMost(double limit, String unit) {
            return new Aim(limit, true, unit);
        }

        static Aim atLeast(double limit, String unit) {
            return new Aim(limit, false, unit);
        }

        boolean met(double value) {
            return atMost ? value <= limit : value >= limit;
        }

        @Override
        public String toString() {
            return (atMost ? "≤ " : "≥ ") + number(limit) + unit;
        }
    }

    void condition(String what, String value) {
        conditions.add("- " + what + ": " + value);
    }

    /** A figure with nothing to compare it with. */
    void figure(String what, double value, String unit) {
        row(what, "", number(value) + unit, "", "");
    }

    void figure(String what, double value, String unit, Aim aim) {
        row(what, "", number(value) + unit, "", judged(value, aim));
    }

    /** A figure of both sides. */
    void pair(String what, double bare, double runner, String unit, String compared) {
        row(what, number(bare) + unit, number(runner) + unit, compared, "");
    }

    /** A figure of both sides, with what the comparison should be. */
    void pair(String what, double bare, double runner, String unit, double comparison, Aim aim) {
        row(what, number(bare) + unit, number(runner) + unit, number(comparison) + aim.unit(), judged(comparison, aim));
    }

    private String judged(double value, Aim aim) {
        if (aim.met(value)) {
            return aim + ": met";
        }
        missed++;
        return "**" + aim + ": missed**";
    }

    private void row(String... cells) {
        String row = "| " + String.join(" | ", cells) + " |";
        rows.add(row);
        System.err.println(row);
    }

    void errors(String where, Iterable<Measurement> measurements) {
        for (Measurement each : measurements) {
            if (each.errors() > 0) {
                errors.add(where + ": " + each.errors() + " failed calls, the first: " + each.firstError());
            }
        }
    }

    /** A part that has no figures, or not all of them. */
    void failed(String part, Throwable failure) {
        partFailed = true;
        row(part, "", "**failed**", "", reason(failure));
    }

    /** In one line, as it goes into a table. */
    private static String reason(Throwable failure) {
        Throwable first = failure;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String text = first == failure ? said(failure) : said(failure) + ": " + said(first);
        return text.replaceAll("\\s+", " ").replace("|", "\\|");
    }

    private static String said(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    int missed() {
        return missed;
    }

    boolean failed() {
        return partFailed || !errors.isEmpty();
    }

    String markdown() {
        StringBuilder text = new StringBuilder(String.join("\n", conditions));
        text.append("\n\n| what | " + beside + " | " + measured + " | compared | bar |\n|---|---:|---:|---:|---|\n");
        rows.forEach(row -> text.append(row).append('\n'));
        errors.forEach(error -> text.append("\nERROR: ").append(error));
        return text.toString();
    }

    /** Three significant digits are more than a shared machine gives. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || size == Math.rint(size) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
