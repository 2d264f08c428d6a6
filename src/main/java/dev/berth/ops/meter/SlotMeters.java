package dev.berth.ops.meter;

import dev.berth.bus.WorkerMessage;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;
import dev.berth.registry.SlotObserver;
import dev.berth.why.SlotFacts.Refused;
import io.micrometer.core.instrument.Counter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what the slot registry decides. Confined to its thread, but for what is read of the counters. */
final class SlotMeters implements SlotObserver {
    /** Keys of which it is remembered how their last container ended. */
    private static final int MAX_ENDS = 4_096;

    private static final String REFUSALS = "Requests for a slot that this node's registry has refused, by reason.";
    private static final String COLD = "Containers that were started for a call, by why none was there.";

    private static final String GUESSES = "Containers started ahead of a call, and what became of them.";

    private static final String FAILED = "Containers that did not become ready.";

    /** Why no container was there for a call. */
    enum Cold {
        /** The first call of its key, as far as is remembered. */
        FIRST,
        ALL_BUSY,
        EVICTED,
        EXPIRED,
        CLEARED,
        /** The last one ended by itself, or was spoilt by its call. */
        ENDED,
        LAUNCH_FAILED
    }

    private final FnContainers fn;
    private final ByEnum<Refused, Counter> refused;
    private final ByEnum<Cold, Counter> cold;
    private final ByEnum<ErrorCode, Counter> launchFailed;
    private final ByEnum<Guess, Counter> guesses;
    private final Counter evictedIdle;
    private final Counter evictedFrozen;
    private final Map<SlotKey, Cold> ends = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SlotKey, Cold> eldest) {
            return size() > MAX_ENDS;
        }
    };

    SlotMeters(Meters meters, FnContainers fn) {
        this.fn = fn;
        refused = new ByEnum<>(
                Refused.class, why -> meters.counter("berth.refusals", REFUSALS, null, "reason", Meters.label(why)));
        cold = new ByEnum<>(
                Cold.class, why -> meters.counter("berth.cold.starts", COLD, null, "reason", Meters.label(why)));
        launchFailed = new ByEnum<>(
                ErrorCode.class,
                code -> meters.counter("berth.launch.failures", FAILED, null, "code", Meters.label(code)));
        guesses = new ByEnum<>(
                Guess.class, what -> meters.counter("berth.guesses", GUESSES, null, "what", Meters.label(what)));
        evictedIdle = evictions(meters, "idle");
        evictedFrozen = evictions(meters, "frozen");
    }

    private static Counter evictions(Meters meters, String state) {
        return meters.counter("berth.evictions", "Containers removed for the room they took.", null, "state", state);
    }

    @Override
    public void launched(SlotKey key, int others, long waitedNanos) {
        fn.waited(waitedNanos);
        Cold why = others > 0 ? Cold.ALL_BUSY : ends.getOrDefault(key, Cold.FIRST);
        cold.of(why).increment();
    }

    @Override
    public void guess(Guess what) {
        guesses.of(what).increment();
    }

    @Override
    public void launchFailed(SlotKey key, ErrorCode error) {
        launchFailed.of(error).increment();
        ends.put(key, Cold.LAUNCH_FAILED);
    }

    @Override
    public void refused(Refused why) {
        refused.of(why).increment();
    }

    @Override
    public void removed(SlotKey key, WorkerMessage.Reason reason, boolean frozen) {
        switch (reason) {
            case EVICTED -> {
                (frozen ? evictedFrozen : evictedIdle).increment();
                ends.put(key, Cold.EVICTED);
            }
            case IDLE_TIMEOUT -> ends.put(key, Cold.EXPIRED);
            case CLEARED -> ends.put(key, Cold.CLEARED);
            case DRAINING, HANDED_OVER, UNFIT -> {}
        }
    }

    @Override
    public void ended(SlotKey key) {
        ends.put(key, Cold.ENDED);
    }

    /** Containers started for a call, by why none was there. */
    Map<String, Long> coldStarts() {
        return cold.counted(Counter::count);
    }

    Map<String, Long> refusals() {
        return refused.counted(Counter::count);
    }

    double evicted(boolean frozen) {
        return (frozen ? evictedFrozen : evictedIdle).count();
    }
}
