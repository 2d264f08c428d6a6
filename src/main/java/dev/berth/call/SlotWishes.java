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
 */
public record SlotWishes(int minIdle) {
    public static final SlotWishes NONE = new SlotWishes(0);

    static final String MIN_IDLE = "dev.berth/min-idle";

    /** A whole number, plain or as a text. */
    private static final Pattern NUMBER = Pattern.compile("\"?([0-9]{1,4})\"?");

    public SlotWishes {
        if (minIdle < 0) {
            throw new IllegalArgumentException("negative");
        }
    }

    /** @param annotations each value as compact JSON; what is not a whole number counts as if it were not there */
    static SlotWishes of(Map<String, String> annotations) {
        int minIdle = annotations.isEmpty() ? 0 : number(annotations.get(MIN_IDLE), 0);
        return minIdle == 0 ? NONE : new SlotWishes(minIdle);
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
