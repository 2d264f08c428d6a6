package dev.berth.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waiting in tests, always with a limit. */
public final class Await {
    public static final long LIMIT_SECONDS = 20;

    private Await() {}

    public static <T> T of(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("not within " + LIMIT_SECONDS + " s", e);
        }
    }

    public static <T> T next(BlockingQueue<T> queue) {
        try {
            T value = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(value).as("nothing came within %s s", LIMIT_SECONDS).isNotNull();
            return value;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs on a context and waits for the result. */
    public static <T> T on(Context context, Callable<T> code) {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                done.complete(code.call());
            } catch (Throwable e) {
                done.fail(e);
            }
        });
        return of(done.future());
    }

    /** Asks turn by turn of a context until something holds. */
    public static void until(Context context, String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!on(context, condition::getAsBoolean)) {
            assertThat(System.nanoTime()).as("waited for: " + what).isLessThan(end);
        }
    }
}
