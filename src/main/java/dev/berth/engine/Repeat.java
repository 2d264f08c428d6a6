package dev.berth.engine;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Does something again and again, however often. Futures composed with the next one would each wait for the one after,
 * and at the end all complete on one stack, which some hundred of them overflow.
 */
public final class Repeat {
    private Repeat() {}

    /**
     * @param step done when the one before has completed without a result; pauses itself. If it fails or throws, so does
     *     the whole
     * @return the first result
     */
    public static <T> Future<T> until(Supplier<Future<Optional<T>>> step) {
        Promise<T> done = Promise.promise();
        run(step, done);
        return done.future();
    }

    private static <T> void run(Supplier<Future<Optional<T>>> step, Promise<T> done) {
        try {
            Future<Optional<T>> turn = step.get();
            while (turn.succeeded() && turn.result().isEmpty()) {
                turn = step.get();
            }
            turn.onComplete(result -> result.ifPresentOrElse(done::complete, () -> run(step, done)), done::fail);
        } catch (RuntimeException failure) {
            done.fail(failure);
        }
    }
}
