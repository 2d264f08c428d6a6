package dev.berth.stream;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long the senders of a Vert.x instance's streams have stood still since its start because their receivers took
 * nothing more, summed over streams. A stall counts when it is over. Any thread.
 */
public final class StreamStalls implements Shareable {
    private static final String NAME = "berth.stream.stalls";

    private final LongAdder requests = new LongAdder();
    private final LongAdder responses = new LongAdder();

    private StreamStalls() {}

    public static StreamStalls of(Vertx vertx) {
        return vertx.sharedData()
                .<String, StreamStalls>getLocalMap(NAME)
                .computeIfAbsent(NAME, key -> new StreamStalls());
    }

    void add(boolean request, long nanos) {
        (request ? requests : responses).add(nanos);
    }

    /** Of those who have opened their streams: bodies on their way to functions. */
    public double requestSeconds() {
        return seconds(requests);
    }

    /** Of those who have accepted them: answers. */
    public double responseSeconds() {
        return seconds(responses);
    }

    private static double seconds(LongAdder nanos) {
        return nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
