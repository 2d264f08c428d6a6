package dev.berth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a runner has opened. Closed one after the other, the last opened first; one that fails, or is not done
 * within its time, does not keep the rest open. Thread-safe.
 */
final class RunnerParts {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerParts.class);

    private final Vertx vertx;
    private final Deque<Part> open = new ConcurrentLinkedDeque<>();
    private final List<String> unclosed = new CopyOnWriteArrayList<>();

    private record Part(String name, Supplier<Future<?>> close, Runnable giveUp) {}

    RunnerParts(Vertx vertx) {
        this.vertx = vertx;
    }

    void opened(String name, Supplier<Future<?>> close) {
        opened(name, close, () -> {});
    }

    /** @param giveUp run if it does not close: what it needs is closed next */
    void opened(String name, Supplier<Future<?>> close, Runnable giveUp) {
        open.push(new Part(name, close, giveUp));
    }

    /** A part whose closing blocks. */
    void opened(String name, AutoCloseable resource) {
        opened(name, () -> closing(resource));
    }

    Future<Void> closing(AutoCloseable resource) {
        return vertx.executeBlocking(
                () -> {
                    resource.close();
                    return null;
                },
                false);
    }

    /**
     * Closes them all.
     *
     * @param each how long each may take
     * @param all how long they may take together; past that each is begun, and hardly waited for
     * @return the names of those that did not close
     */
    Future<List<String>> close(Duration each, Duration all) {
        return close(each.toMillis(), System.nanoTime() + all.toNanos()).map(done -> new ArrayList<>(unclosed));
    }

    /** Whether a part of this name was to be closed and could not. */
    boolean unclosed(String name) {
        return unclosed.contains(name);
    }

    private Future<Void> close(long eachMillis, long end) {
        Part part = open.poll();
        if (part == null) {
            return Future.succeededFuture();
        }
        long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
        return within(Math.min(eachMillis, left), part.close()).transform(closed -> {
            if (closed.failed()) {
                unclosed.add(part.name());
                part.giveUp().run();
                LOG.atWarn()
                        .addKeyValue("part", part.name())
                        .addKeyValue("reason", closed.cause().getMessage())
                        .log("cannot close a part of the runner");
            }
            return close(eachMillis, end);
        });
    }

    private Future<Void> within(long millis, Supplier<Future<?>> close) {
        Promise<Void> closed = Promise.promise();
        long timer = vertx.setTimer(millis, late -> closed.tryFail("not done within " + millis + " ms"));
        close.get().onComplete(done -> {
            vertx.cancelTimer(timer);
            if (done.succeeded()) {
                closed.tryComplete();
            } else {
                closed.tryFail(done.cause());
            }
        });
        return closed.future();
    }
}
