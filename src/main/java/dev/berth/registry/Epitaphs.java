package dev.berth.registry;

import dev.berth.call.CallFormat;
import dev.berth.call.SlotKey;
import dev.berth.why.ColdCause;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Why the last container of each queue went, remembered when the queue is not there any more: a cold start is told
 * its reason by it. Of the queues that went longest ago it is forgotten.
 */
final class Epitaphs {
    static final int MOST = 4096;

    private final Map<SlotKey, Epitaph> byKey = new LinkedHashMap<>();

    private record Epitaph(ColdCause cause, long atNanos) {}

    void write(SlotKey key, ColdCause cause, long now) {
        byKey.remove(key);
        byKey.put(key, new Epitaph(cause, now));
        if (byKey.size() > MOST) {
            byKey.remove(byKey.keySet().iterator().next());
        }
    }

    /** Why a container has to be started in this queue now. */
    ColdCause cause(SlotQueue queue, long now) {
        int alive = queue.containers - queue.ending;
        if (queue.format() == CallFormat.DEFAULT) {
            return ColdCause.of(ColdCause.Reason.ONE_SHOT);
        }
        if (alive > 0) {
            return new ColdCause(ColdCause.Reason.ALL_BUSY, 0, alive, "", 0, 0);
        }
        Epitaph last = byKey.get(queue.key());
        return last == null
                ? ColdCause.of(ColdCause.Reason.FIRST)
                : last.cause().after(TimeUnit.NANOSECONDS.toMillis(now - last.atNanos()));
    }
}
