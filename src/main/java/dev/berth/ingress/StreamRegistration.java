package dev.berth.ingress;

import java.time.Duration;

/**
 * An Engage stream as one of those that its node has open: it is counted from its opening to its end, its call has to
 * come in time, and once the node stops it has to go in time. Confined to the context of its stream.
 */
final class StreamRegistration {
    /** How long a client may take to send its call, or to take the end of it, once the node stops. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final IngressParts parts;
    private final Engagement stream;
    private final OneTimer timer;

    StreamRegistration(IngressParts parts, Engagement stream) {
        this.parts = parts;
        this.stream = stream;
        this.timer = new OneTimer(parts.execution().vertx());
    }

    /** The stream is served: a stop ends it. */
    void open() {
        count();
        parts.streams().add(stream);
    }

    /** The stream is open for as long as it takes to say that it is not served. */
    void count() {
        parts.counters().opened();
    }

    /** Turns the stream away if its call does not come in time. */
    void awaitCall(Deadline deadline) {
        // A stream that came too late is not ended at once: one that ends while its call is being sent is no refusal.
        Deadline due = draining() ? Deadline.in(FAREWELL).earlier(deadline) : deadline;
        if (due.limited()) {
            timer.set(due.timerMillis(Duration.ZERO), stream::turnAway);
        }
        parts.clients().awaitCall(stream);
    }

    /** The call has come, or will not. More than once does no harm. */
    void callCame() {
        parts.clients().callCame(stream);
        timer.clear();
    }

    boolean draining() {
        return parts.counters().draining();
    }

    /** The call has ended: its client has a moment to take what is left. */
    void leave(Runnable giveUp) {
        if (!timer.isSet()) {
            timer.set(FAREWELL.toMillis(), giveUp);
        }
    }

    /**
     * The stream has ended.
     *
     * @param refused whether its call was turned away to be placed elsewhere
     */
    void end(boolean refused) {
        callCame();
        parts.clients().taken(stream);
        parts.streams().remove(stream);
        parts.counters().closed(refused);
    }
}
