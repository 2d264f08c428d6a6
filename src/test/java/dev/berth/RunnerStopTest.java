package dev.berth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.Await;
import dev.berth.ingress.LoggedLines;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The phases of a stop, and what the log says of them. */
final class RunnerStopTest {
    private final Vertx vertx = Vertx.vertx();
    private final Promise<Void> callsEnded = Promise.promise();
    private final Promise<Void> containersGone = Promise.promise();
    private final Promise<Void> cutOff = Promise.promise();
    private final Promise<Context> began = Promise.promise();
    private LoggedLines log;
    private volatile boolean engineAnswers = true;

    @BeforeEach
    void listen() {
        log = LoggedLines.of(RunnerStop.class);
    }

    @AfterEach
    void close() {
        log.close();
        Await.of(vertx.close());
    }

    private final class Steps implements RunnerStop.Steps {
        @Override
        public Future<Void> endCalls() {
            began.complete(vertx.getOrCreateContext());
            return callsEnded.future();
        }

        @Override
        public Future<Void> removeContainers(boolean handOver) {
            return containersGone.future();
        }

        @Override
        public boolean engineAnswers() {
            return engineAnswers;
        }

        @Override
        public void cutOff() {
            cutOff.complete();
        }

        @Override
        public int callsCutOff() {
            return cutOff.future().isComplete() && !callsEnded.future().isComplete() ? 1 : 0;
        }
    }

    private RunnerStop stop(Duration limit) {
        return new RunnerStop(vertx, limit, new RunnerParts(vertx), new Steps());
    }

    @Test
    void endsInGoodOrderWhenNeitherCallNorContainerIsLeft() {
        Future<RunnerService.StopReport> stopped = stop(Duration.ofMinutes(1)).begin();
        callsEnded.complete();
        containersGone.complete();

        assertThat(Await.of(stopped).orderly()).isTrue();
        assertThat(log.warnings()).isEmpty();
    }

    @Test
    void cutsCallsOffAtTheLimit() {
        Future<RunnerService.StopReport> stopped = stop(Duration.ofMillis(1)).begin();

        assertThat(Await.of(stopped).callsCutOff()).isEqualTo(1);
        assertThat(log.warnings()).containsExactly("time is over: calls are cut off");
    }

    @Test
    void cutsCallsOffWhenAskedAgain() {
        RunnerStop stop = stop(Duration.ofMinutes(1));
        Future<RunnerService.StopReport> stopped = stop.begin();
        stop.hurry();

        assertThat(Await.of(stopped).callsCutOff()).isEqualTo(1);
        assertThat(log.warnings()).containsExactly("asked again: calls are cut off");
    }

    @Test
    void saysOfAStopWithoutCallsWhatItWaitsFor() {
        RunnerStop stop = stop(Duration.ofMinutes(1));
        Future<RunnerService.StopReport> stopped = stop.begin();
        Context context = Await.of(began.future());
        Await.on(context, () -> {
            callsEnded.complete();
            return "told in the turns that follow";
        });
        Await.on(context, () -> "and had one");
        stop.hurry();

        assertThat(Await.of(stopped).callsCutOff()).isZero();
        assertThat(log.warnings()).containsExactly("asked again: containers that are not removed soon are left");
    }

    @Test
    void doesNotWaitLongForAnEngineThatDoesNotAnswer() {
        engineAnswers = false;
        Future<RunnerService.StopReport> stopped = stop(Duration.ofMinutes(5)).begin();
        callsEnded.complete();

        assertThat(Await.of(stopped).callsCutOff()).isZero();
        assertThat(log.warnings())
                .containsExactly("time is over: the container engine does not answer, and containers are left");
    }

    @Test
    void waitsForCallsThoughTheEngineDoesNotAnswer() {
        engineAnswers = false;
        Future<RunnerService.StopReport> stopped = stop(Duration.ofSeconds(7)).begin();

        assertThat(Await.of(stopped).callsCutOff()).isEqualTo(1);
        assertThat(log.warnings()).containsExactly("time is over: calls are cut off");
    }

    /** However late in it the last call has ended. */
    @Test
    void removalEndsWithTheLimit() {
        long began = System.nanoTime();
        Future<RunnerService.StopReport> stopped = stop(Duration.ofSeconds(8)).begin();
        callsEnded.complete();

        Await.of(stopped);
        assertThat(log.warnings()).containsExactly("time is over: containers that are not removed soon are left");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofSeconds(8), Duration.ofSeconds(8 + 5));
    }
}
