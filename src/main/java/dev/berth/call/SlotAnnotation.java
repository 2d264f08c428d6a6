package dev.berth.call;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An annotation by which a function asks something of its slots. New ones go to the end: their places are in records of calls. */
public enum SlotAnnotation {
    MIN_IDLE("dev.berth/min-idle", 0, 9_999, 0),
    CONCURRENCY("dev.berth/concurrency", 1, SlotOptions.MOST_CONCURRENCY, 1);

    /** A whole number, plain or as a text. */
    private static final Pattern NUMBER = Pattern.compile("\"?([0-9]{1,4})\"?");

    private static final String NULL = "null";

    private final String key;
    private final int least;
    private final int most;
    private final int usual;

    SlotAnnotation(String key, int least, int most, int usual) {
        this.key = key;
        this.least = least;
        this.most = most;
        this.usual = usual;
    }

    /** As it is written in a call's document. */
    public String key() {
        return key;
    }

    /** What it may be, in words. */
    public String range() {
        return "a whole number from " + least + " to " + most;
    }

    /**
     * Those whose values are nothing that the runner can do, and so count as if they were not there.
     *
     * @param annotations each value as compact JSON
     */
    public static Set<SlotAnnotation> ignored(Map<String, String> annotations) {
        if (annotations.isEmpty()) {
            return Set.of();
        }
        Set<SlotAnnotation> ignored = EnumSet.noneOf(SlotAnnotation.class);
        for (SlotAnnotation each : values()) {
            String value = annotations.getOrDefault(each.key, NULL);
            if (!value.equals(NULL) && each.number(value) < 0) {
                ignored.add(each);
            }
        }
        return ignored;
    }

    /** What it asks for; the usual if it is not there, or ignored. */
    int of(Map<String, String> annotations) {
        String value = annotations.get(key);
        int number = value == null ? -1 : number(value);
        return number < 0 ? usual : number;
    }

    /** Negative: it is none, or out of range. */
    private int number(String json) {
        Matcher matcher = NUMBER.matcher(json);
        int number = matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
        return number < least || number > most ? -1 : number;
    }
}
