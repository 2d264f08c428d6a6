package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.proto.CallFinished;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What CallFinished tells of a call, field by field. */
@OnRunner
final class FinishedE2E {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

    @Test
    @Rule("finished-id")
    void namesTheCallAndItsImageIfTheyCouldBeRead(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; send ok");
        CallFinished good = runner.run(doc).finished();
        CallFinished unreadable = runner.client().engage().tryCall("{").result().finished();

        assertThat(good.getDetails()).isEqualTo(doc.id());
        assertThat(good.getImage()).isEqualTo(CallDoc.TEST_FUNCTION);
        assertThat(unreadable.getDetails()).isEmpty();
        assertThat(unreadable.getImage()).isEmpty();
    }

    @Test
    @Rule("finished-error")
    void hasNoErrorOnSuccess(LiveRunner runner) {
        CallFinished finished = runner.run(CallDoc.of("read; send ok")).finished();

        assertThat(finished.getSuccess()).isTrue();
        assertThat(finished.getErrorCode()).isZero();
        assertThat(finished.getErrorStr()).isEmpty();
        assertThat(finished.getErrorUser()).isFalse();
    }

    @Test
    @Rule("finished-error")
    void tellsWhoseFaultAnErrorIs(LiveRunner runner) {
        CallFinished function = runner.run(CallDoc.of("read; status 502")).finished();
        CallFinished caller = runner.run(CallDoc.of("").without("image")).finished();

        assertThat(function.getErrorUser()).isTrue();
        assertThat(function.getErrorStr()).isEqualTo("function failed");
        assertThat(caller.getErrorUser()).isFalse();
    }

    @Test
    @Rule("finished-times")
    void timesAreInOrderAndInFnsForm(LiveRunner runner) {
        CallFinished finished =
                runner.run(CallDoc.of("read; sleep 100; send ok")).finished();

        assertThat(finished.getCreatedAt()).matches(TIME);
        assertThat(finished.getStartedAt()).matches(TIME);
        assertThat(finished.getCompletedAt()).matches(TIME);
        assertThat(Instant.parse(finished.getStartedAt())).isAfterOrEqualTo(Instant.parse(finished.getCreatedAt()));
        assertThat(Duration.between(Instant.parse(finished.getStartedAt()), Instant.parse(finished.getCompletedAt())))
                .isGreaterThanOrEqualTo(Duration.ofMillis(95));
    }

    @Test
    @Rule("finished-times")
    @Rule("finished-durations")
    void aCallThatNeverRanHasOnlyItsCreation(LiveRunner runner) {
        CallFinished finished = runner.start(CallDoc.of(""), "0n").result().finished();

        assertThat(finished.getCreatedAt()).matches(TIME);
        assertThat(finished.getStartedAt()).isEmpty();
        assertThat(finished.getCompletedAt()).isEmpty();
        assertThat(finished.getSchedulerDuration()).isZero();
        assertThat(finished.getExecutionDuration()).isZero();
    }

    @Test
    @Rule("finished-durations")
    @Rule("finished-container")
    void durationsAreNanosecondsAndThoseOfTheContainerWaitedFor(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; sleep 100; send ok").config("FINISHED", "cold");
        EngageCall.Result cold = runner.run(doc);
        CallFinished finished = cold.finished();
        CallFinished hot = runner.run(doc).finished();

        assertThat(finished.getExecutionDuration()).isBetween(millis(100), millis(15_000));
        assertThat(finished.getCtrCreateDuration()).isPositive();
        assertThat(finished.getInitStartTime()).isPositive();
        assertThat(finished.getSchedulerDuration())
                .isGreaterThan(finished.getCtrCreateDuration() + finished.getInitStartTime());
        assertThat(hot.getExecutionDuration()).isBetween(millis(100), millis(15_000));
        assertThat(hot.getSchedulerDuration()).isBetween(1L, finished.getSchedulerDuration());
        assertThat(hot.getImagePullWaitDuration()).isZero();
        assertThat(hot.getCtrPrepDuration()).isZero();
        assertThat(hot.getCtrCreateDuration()).isZero();
        assertThat(hot.getInitStartTime()).isZero();
    }

    private static long millis(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }
}
