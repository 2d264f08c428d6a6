package dev.berth.why;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The texts that records of one ring share, by number: at most so many, each cut off after {@value #LONGEST}
 * characters, and without whatever could steer a terminal or turn a line round. A text that has not been used for
 * long makes room for another; its number then leads nowhere. Written by one thread, read by any.
 */
final class Texts {
    static final int LONGEST = 200;

    /** The number of the empty text. */
    static final int NONE = 0;

    private final int capacity;
    private final AtomicReferenceArray<Entry> places;
    private final Map<String, Entry> byText = new HashMap<>();
    private int hand = -1;
    private int sweeps;

    /** One text. What is beside its number and the text is the writer's own. */
    static final class Entry {
        final int number;
        final String key;
        final String text;
        boolean used = true;
        /** How long calls of this function run, a moving average; 0: not known. */
        long meanNanos;

        Entry(int number, String key) {
            this.number = number;
            this.key = key;
            this.text = plain(key);
        }
    }

    /** @param capacity a power of two */
    Texts(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("no power of two: " + capacity);
        }
        this.capacity = capacity;
        this.places = new AtomicReferenceArray<>(capacity);
    }

    /** By the writer. */
    int number(String text) {
        return text.isEmpty() ? NONE : entry(text).number;
    }

    /** By the writer. */
    Entry entry(String text) {
        String key = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        Entry known = byText.get(key);
        if (known != null) {
            known.used = true;
            return known;
        }
        int place = free();
        // Never zero: the empty text's.
        Entry made = new Entry(sweeps * capacity + place, key);
        byText.put(key, made);
        places.set(place, made);
        return made;
    }

    /** The place whose text was not used since the hand came by last. */
    private int free() {
        while (true) {
            hand = (hand + 1) & (capacity - 1);
            if (hand == 0) {
                sweeps++;
            }
            Entry there = places.get(hand);
            if (there == null) {
                return hand;
            }
            if (!there.used) {
                byText.remove(there.key);
                return hand;
            }
            there.used = false;
        }
    }

    /** By anybody; "?" if it has been forgotten. */
    String text(int number) {
        if (number == NONE) {
            return "";
        }
        Entry there = places.get(number & (capacity - 1));
        return there != null && there.number == number ? there.text : "?";
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(point -> plain.appendCodePoint(isSafe(point) ? point : '?'));
        return plain.toString();
    }

    private static boolean isSafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
