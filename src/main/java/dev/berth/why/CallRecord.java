package dev.berth.why;

import dev.berth.call.ContainerTimings;
import dev.berth.call.SlotAnnotation;
import dev.berth.error.ErrorCode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was kept of one call, for whoever asks.
 *
 * @param node the name of the node it came to
 * @param key of its slot queue, its 64 bits; 0: it did not come so far
 * @param atMillis when it came, milliseconds since 1970
 * @param started whether it had a slot
 * @param asked how often it came again within seconds, and was refused again
 * @param tries other nodes that were asked, as far as there was room
 * @param ignored annotations of its function that do not count
 * @param end null: it succeeded
 * @param traceId null: it was not traced
 * @param sampled whether it was kept only to have some of the ordinary ones
 */
public record CallRecord(
        String id,
        String node,
        String image,
        String appId,
        String fnId,
        long key,
        long atMillis,
        boolean started,
        Times times,
        ContainerTimings timings,
        SlotFacts facts,
        int asked,
        int lostSlots,
        List<Try> tries,
        Set<SlotAnnotation> ignored,
        @Nullable End end,
        RunFacts ran,
        long requestBytes,
        long responseBytes,
        @Nullable String traceId,
        boolean sampled) {
    public CallRecord {
        tries = List.copyOf(tries);
        ignored = Set.copyOf(ignored);
    }

    /** Microseconds: until it had a slot or gave up, from there to the answer's head, and to the end. */
    public record Times(long waited, long head, long run) {
        public long total() {
            return waited + run;
        }
    }

    /** How it failed. */
    public record End(ErrorCode code, int wire, String text) {}

    /** The node that granted its slot, if that was another one; null: its own. */
    public @Nullable String ranElsewhere() {
        return tries.stream()
                .filter(each -> each.outcome() == Try.Outcome.GRANTED)
                .reduce((one, last) -> last)
                .map(Try::node)
                .orElse(null);
    }
}
