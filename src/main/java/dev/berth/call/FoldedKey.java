package dev.berth.call;

/** Case folding of JSON keys. */
final class FoldedKey {
    private FoldedKey() {}

    /**
     * The key in lower case as far as ASCII letters go. Two letters outside ASCII fold into it and count too:
     * the long s and the kelvin sign.
     */
    static String of(String key) {
        StringBuilder folded = new StringBuilder(key.length());
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            folded.append(
                    switch (c) {
                        case '\u017F' -> 's';
                        case '\u212A' -> 'k';
                        default -> c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
                    });
        }
        return folded.toString();
    }
}
