package dev.berth.call;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once in the log that a function's annotation does not count, and again when its value is another that does not
 * count either. Of so many functions at most, then no more: callers are not to fill the log. Thread-safe, never waits.
 */
final class IgnoredAnnotations {
    static final int MOST_FUNCTIONS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(IgnoredAnnotations.class);
    private static final int MOST_CHARACTERS = 200;

    private record Place(String app, String function, SlotAnnotation annotation) {}

    private final Map<Place, String> told = new ConcurrentHashMap<>();
    private final AtomicBoolean full = new AtomicBoolean();

    void tell(CallModel call) {
        for (SlotAnnotation ignored : SlotAnnotation.ignored(call.annotations())) {
            String function = call.fnId().isEmpty() ? call.image() : call.fnId();
            tell(
                    new Place(cut(call.appId()), cut(function), ignored),
                    cut(call.annotations().getOrDefault(ignored.key(), "")));
        }
    }

    private void tell(Place place, String value) {
        if (told.size() >= MOST_FUNCTIONS && !told.containsKey(place)) {
            if (full.compareAndSet(false, true)) {
                LOG.warn(
                        "annotations of yet more functions do not count; the log does not tell of them, berth why does");
            }
            return;
        }
        if (!value.equals(told.put(place, value))) {
            LOG.atWarn()
                    .addKeyValue("annotation", place.annotation().key())
                    .addKeyValue("value", value)
                    .addKeyValue("appId", place.app())
                    .addKeyValue("function", place.function())
                    .log(
                            "an annotation does not count: it is not {}",
                            place.annotation().range());
        }
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS);
    }
}
