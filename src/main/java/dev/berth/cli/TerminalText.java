package dev.berth.cli;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts of others, so that they do nothing to a terminal but appear on one line. */
final class TerminalText {
    private static final Pattern ACTIVE = Pattern.compile("[\\p{Cc}\\p{Cf}\\x{2028}\\x{2029}&&[^\\t]]");

    private TerminalText() {}

    static String of(String text) {
        return ACTIVE.matcher(text).replaceAll("·");
    }

    /** The same of a text whose lines are meant. */
    static String lines(String text) {
        return text.lines().map(TerminalText::of).collect(Collectors.joining(System.lineSeparator()));
    }

    /** Exactly so many characters: cut, or filled with blanks behind it. */
    static String left(String text, int width) {
        String cut = cut(of(text).replace('\t', ' '), width);
        return cut + " ".repeat(width - length(cut));
    }

    /** The same, with the blanks before it. */
    static String right(String text, int width) {
        String cut = cut(of(text), width);
        return " ".repeat(width - length(cut)) + cut;
    }

    /** At most so many characters. */
    static String cut(String text, int width) {
        return length(text) <= width
                ? text
                : text.substring(0, text.offsetByCodePoints(0, Math.max(0, width - 1))) + (width > 0 ? "…" : "");
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
