package dev.berth.engine.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.Descriptors;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whether an engine counts as gone, by the answers to questions that the test gives. */
@ExtendWith(VertxExtension.class)
final class EngineWatchTest {
    private static final long LIMIT_SECONDS = 20;
    private static final RunnerException SILENT = ErrorCode.ENGINE_GONE.exception("is not answering");
    private static final RunnerException NOT_ASKED = Descriptors.none("to ask the container engine");

    private final BlockingQueue<Promise<Void>> questions = new LinkedBlockingQueue<>();
    private final List<Boolean> told = new CopyOnWriteArrayList<>();
    private EngineWatch watch;

    private Future<Void> ask() {
        Promise<Void> question = Promise.promise();
        questions.add(question);
        return question.future();
    }

    /** A request gets no answer, so that the first question comes at once. */
    @BeforeEach
    void suspect(Vertx vertx) {
        watch = new EngineWatch(vertx, this::ask, EngineCallListener.NONE);
        watch.listen(told::add);
        watch.start();
        watch.onCall("create", 0, 1);
    }

    @AfterEach
    void close() {
        watch.close();
    }

    private Promise<Void> question() throws InterruptedException {
        Promise<Void> next = questions.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("a question").isNotNull();
        return next;
    }

    @Test
    void anEngineIsGoneUntilItAnswersAgain() throws Exception {
        question().fail(SILENT);
        Promise<Void> next = question();
        assertThat(told).containsExactly(true, false);
        assertThat(watch.gone()).isTrue();
        next.complete();
        watch.onCall("create", 0, 1);
        question();

        assertThat(told).containsExactly(true, false, true);
        assertThat(watch.gone()).isFalse();
    }

    /** What is missing are the runner's own file descriptors. */
    @Test
    void anEngineThatCouldNotBeAskedIsNotGone() throws Exception {
        question().fail(NOT_ASKED);
        question().fail(NOT_ASKED);
        question().fail(NOT_ASKED);
        question();

        assertThat(watch.gone()).isFalse();
        assertThat(told).containsExactly(true);
    }
}
