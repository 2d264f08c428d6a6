package dev.berth.ops.meter;

/** Texts of callers as values of labels. */
final class MetricLabels {
    private static final int MAX = 128;

    private MetricLabels() {}

    /** Short, and without what would break a line or turn a text around. */
    static String clean(String text) {
        String cut = text.length() <= MAX ? text : text.substring(0, MAX);
        for (int i = 0; i < cut.length(); i++) {
            if (isBad(cut.charAt(i))) {
                return replaced(cut);
            }
        }
        return cut;
    }

    private static String replaced(String text) {
        StringBuilder good = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            good.append(isBad(text.charAt(i)) ? '_' : text.charAt(i));
        }
        return good.toString();
    }

    /** Controls, marks of direction, and halves of characters. */
    private static boolean isBad(char each) {
        return Character.isISOControl(each)
                || Character.getType(each) == Character.FORMAT
                || Character.getType(each) == Character.LINE_SEPARATOR
                || Character.getType(each) == Character.PARAGRAPH_SEPARATOR
                || Character.isSurrogate(each);
    }
}
