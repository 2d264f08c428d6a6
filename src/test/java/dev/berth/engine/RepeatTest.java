package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RepeatTest {
    private static final int OFTEN = 100_000;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger turns = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Optional<Integer> next() {
        int turn = turns.incrementAndGet();
        return turn < OFTEN ? Optional.empty() : Optional.of(turn);
    }

    @Test
    void anyNumberOfTurnsEndsWithTheFirstResult() throws Exception {
        assertThat(await(Repeat.until(() -> {
                    Promise<Optional<Integer>> later = Promise.promise();
                    vertx.runOnContext(turn -> later.complete(next()));
                    return later.future();
                })))
                .isEqualTo(OFTEN);
    }

    @Test
    void soItDoesWhereEachIsDoneAtOnce() throws Exception {
        assertThat(await(Repeat.until(() -> Future.succeededFuture(next())))).isEqualTo(OFTEN);
    }

    @Test
    void aTurnThatFailsEndsIt() {
        Future<Integer> failed = Repeat.until(() ->
                turns.incrementAndGet() < 3 ? Future.succeededFuture(Optional.empty()) : Future.failedFuture("third"));

        assertThat(failed.cause()).hasMessage("third");
    }

    @Test
    void aTurnThatThrowsEndsIt() {
        Future<Integer> failed = Repeat.until(() -> {
            throw new IllegalStateException("thrown");
        });

        assertThat(failed.cause()).hasMessage("thrown");
    }
}
