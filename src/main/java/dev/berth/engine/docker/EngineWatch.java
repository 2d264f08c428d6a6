package dev.berth.engine.docker;

import dev.berth.error.Backoff;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the engine answers. Asked now and then, and at once when a request has got no answer; two questions in
 * a row without an answer, and it counts as gone, until it answers one again.
 *
 * <pre>
 * ANSWERING ──a request or a question without answer──▶ SUSPECTED ──another──▶ GONE
 *     ▲                                                     │                   │
 *     └───────────────────────an answer─────────────────────┴───────────────────┘
 * </pre>
 *
 * State is confined to one context; methods may be called from any thread.
 */
final class EngineWatch implements EngineCallListener {
    private static final Logger log = LoggerFactory.getLogger(EngineWatch.class);
    private static final long INTERVAL_MILLIS = 5_000;
    private static final Backoff BACKOFF = Backoff.of(Duration.ofMillis(400), Duration.ofSeconds(5));

    enum State {
        ANSWERING,
        SUSPECTED,
        GONE
    }

    private final Vertx vertx;
    private final Context context;
    private final Supplier<Future<?>> probe;
    private final EngineCallListener next;
    private final List<Consumer<Boolean>> listeners = new CopyOnWriteArrayList<>();
    private volatile State state = State.ANSWERING;
    private boolean started;
    private boolean asking;
    private boolean closed;
    private int failures;
    private long timer = -1;

    /**
     * @param probe the question
     * @param next hears of every request as well
     */
    EngineWatch(Vertx vertx, Supplier<Future<?>> probe, EngineCallListener next) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.probe = probe;
        this.next = next;
    }

    Vertx vertx() {
        return vertx;
    }

    boolean gone() {
        return state == State.GONE;
    }

    /** Whether the last question, and every request since, was answered. */
    boolean answers() {
        return state == State.ANSWERING;
    }

    /** Asks at once, for somebody is about to depend on the answer. */
    void look() {
        context.runOnContext(turn -> {
            if (started && !asking) {
                ask();
            }
        });
    }

    /** @param listener told now and at every change whether the engine answers, on this watch's context */
    void listen(Consumer<Boolean> listener) {
        context.runOnContext(turn -> {
            listeners.add(listener);
            listener.accept(!gone());
        });
    }

    /** Once the engine has been met. */
    void start() {
        context.runOnContext(turn -> {
            started = true;
            askIn(INTERVAL_MILLIS);
        });
    }

    void close() {
        context.runOnContext(turn -> {
            closed = true;
            vertx.cancelTimer(timer);
        });
    }

    @Override
    public void onImages(ImageCounts now) {
        next.onImages(now);
    }

    @Override
    public void onCall(String verb, int status, long nanos) {
        next.onCall(verb, status, nanos);
        if (status == 0 && state == State.ANSWERING && !verb.equals(EngineApi.PROBE)) {
            context.runOnContext(turn -> suspect());
        }
    }

    private void suspect() {
        if (started && state == State.ANSWERING && !asking) {
            state = State.SUSPECTED;
            ask();
        }
    }

    private void askIn(long millis) {
        if (!closed) {
            timer = vertx.setTimer(millis, due -> ask());
        }
    }

    private void ask() {
        if (closed) {
            return;
        }
        asking = true;
        vertx.cancelTimer(timer);
        probe.get().onComplete(answer -> {
            asking = false;
            if (closed) {
                return;
            }
            if (answer.succeeded()) {
                answered();
            } else {
                unanswered(answer.cause());
            }
        });
    }

    private void answered() {
        boolean back = state == State.GONE;
        state = State.ANSWERING;
        failures = 0;
        askIn(INTERVAL_MILLIS);
        if (back) {
            log.info("The container engine answers again");
            tell();
        }
    }

    private void unanswered(Throwable why) {
        failures++;
        askIn(BACKOFF.millis(failures));
        // A question for which there was no file descriptor has not been asked.
        boolean asked = RunnerException.of(why).code() != ErrorCode.SERVER_BUSY;
        if (asked && state == State.ANSWERING) {
            state = State.SUSPECTED;
        } else if (asked && state == State.SUSPECTED) {
            state = State.GONE;
            log.warn("No container can be started until the container engine answers again: {}", why.getMessage());
            tell();
        }
    }

    private void tell() {
        listeners.forEach(listener -> listener.accept(!gone()));
    }
}
