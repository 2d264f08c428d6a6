package dev.berth.ops.meter;

import java.util.List;
import java.util.Map;

/**
 * What the console shows of calls, all of it since the start.
 *
 * @param took how many calls that had a slot took how long, waiting included; shortest first
 * @param coldStarts by reason; those that were not are left out
 * @param refusals by reason; those that were not are left out
 */
public record CallFigures(List<Took> took, Map<String, Long> coldStarts, Map<String, Long> refusals) {
    public CallFigures {
        took = List.copyOf(took);
        coldStarts = Map.copyOf(coldStarts);
        refusals = Map.copyOf(refusals);
    }

    /** @param micros less than this, and a fifth less at most */
    public record Took(long micros, long calls) {}
}
