package dev.berth.observe;

/**
 * Texts as lines of a log can hold them: whatever could end a line, steer a terminal or change the order in which
 * a line is read is written as an escape.
 */
final class LogText {
    private LogText() {}

    /** Whether a character is shown as something else than itself. */
    static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** The text on one line. */
    static void append(StringBuilder line, String text) {
        append(line, text, false);
    }

    /** The text on one line between quotation marks, so that its end cannot be mistaken. */
    static void appendQuoted(StringBuilder line, String text) {
        line.append('"');
        append(line, text, true);
        line.append('"');
    }

    private static void append(StringBuilder line, String text, boolean quoted) {
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            int length = Character.charCount(codePoint);
            if (isUnsafe(codePoint)) {
                escape(line, text, i, length);
            } else {
                if (quoted && (codePoint == '"' || codePoint == '\\')) {
                    line.append('\\');
                }
                line.append(text, i, i + length);
            }
            i += length;
        }
    }

    private static void escape(StringBuilder line, String text, int at, int length) {
        for (int i = at; i < at + length; i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.append("\\u").append(hex(c));
            }
        }
    }

    private static String hex(char c) {
        String digits = Integer.toHexString(c);
        return "0".repeat(4 - digits.length()) + digits;
    }
}
