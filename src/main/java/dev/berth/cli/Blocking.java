package dev.berth.cli;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets the main thread, which is no event loop, wait for a future. */
final class Blocking {
    private Blocking() {}

    /** The result, or the failure itself. */
    static <T> T await(Future<T> future) throws Exception {
        return await(future, Duration.ofMillis(-1));
    }

    /**
     * @param limit negative: none
     * @throws TimeoutException when the limit passes first
     */
    static <T> T await(Future<T> future, Duration limit) throws Exception {
        CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
        try {
            return limit.isNegative() ? result.get() : result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
