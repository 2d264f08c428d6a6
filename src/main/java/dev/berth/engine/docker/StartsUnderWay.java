package dev.berth.engine.docker;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** How many containers are being created and started. May be used on any thread. */
final class StartsUnderWay {
    private final AtomicInteger count = new AtomicInteger();
    private volatile Runnable listener = () -> {};

    /** @param onEnd run whenever one has ended, on its thread */
    void listen(Runnable onEnd) {
        listener = onEnd;
    }

    /** To be run when this one has ended; more often does no harm. */
    Runnable begin() {
        count.incrementAndGet();
        AtomicBoolean ended = new AtomicBoolean();
        return () -> {
            if (ended.compareAndSet(false, true)) {
                count.decrementAndGet();
                listener.run();
            }
        };
    }

    int count() {
        return count.get();
    }
}
