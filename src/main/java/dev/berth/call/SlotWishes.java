package dev.berth.call;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a function's annotations ask of its slots. A node's settings bound it.
 *
 * @param minIdle how many containers are to be kept though nobody calls; not negative
 * @param concurrency how many calls a container takes at once; from 1 to {@value #MOST_CONCURRENCY}
 */
public record SlotWishes(int minIdle, int concurrency) {
    public static final int MOST_CONCURRENCY = 64;
    public static final SlotWishes NONE = new SlotWishes(0, 1);

    static final String MIN_IDLE = "dev.berth/min-idle";
    static final String CONCURRENCY = "dev.berth/concurrency";

    /** A whole number, plain or as a text. */
    private static final Pattern NUMBER = Pattern.compile("\"?([0-9]{1,4})\"?");

    public SlotWishes {
        if (minIdle < 0 || concurrency < 1 || concurrency > MOST_CONCURRENCY) {
            throw new IllegalArgumentException("out of range");
        }
    }

    /** @param annotations each value as compact JSON; what is no such number counts as if it were not there */
    static SlotWishes of(Map<String, String> annotations) {
        if (annotations.isEmpty()) {
            return NONE;
        }
        int concurrency = number(annotations.get(CONCURRENCY), 1);
        boolean taken = concurrency >= 1 && concurrency <= MOST_CONCURRENCY;
        return of(number(annotations.get(MIN_IDLE), 0), taken ? concurrency : 1);
    }

    /** Both in range. */
    public static SlotWishes of(int minIdle, int concurrency) {
        return minIdle == 0 && concurrency == 1 ? NONE : new SlotWishes(minIdle, concurrency);
    }

    private static int number(@Nullable String json, int otherwise) {
        if (json == null) {
            return otherwise;
        }
        Matcher matcher = NUMBER.matcher(json);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }

    /** The annotations that containers differ by. */
    static Set<String> ofContainers(Map<String, String> annotations) {
        if (!annotations.containsKey(MIN_IDLE)) {
            return annotations.keySet();
        }
        Set<String> names = new HashSet<>(annotations.keySet());
        names.remove(MIN_IDLE);
        return names;
    }
}
