package dev.berth.engine.docker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Runs what a verticle would run, on one event-loop context, and waits for it. */
final class OnContext {
    private static final long LIMIT_SECONDS = 90;

    private final Context context;

    OnContext(Vertx vertx) {
        this.context = vertx.getOrCreateContext();
    }

    <T> T await(Supplier<Future<T>> action) {
        CompletableFuture<T> result = begin(action);
        try {
            return result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    <T> CompletableFuture<T> begin(Supplier<Future<T>> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        context.runOnContext(v -> Future.<Void>succeededFuture()
                .compose(go -> action.get())
                .onSuccess(result::complete)
                .onFailure(result::completeExceptionally));
        return result;
    }
}
