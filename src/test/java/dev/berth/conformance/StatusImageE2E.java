package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.RunnerStatus;
import org.junit.jupiter.api.Test;

/** Status with a function that is run to see whether calls work. */
@OnRunner(Profile.STATUS_IMAGE)
final class StatusImageE2E {
    private static final String IMAGE = Profile.STATUS_IMAGE.settings().get("BERTH_STATUS_IMAGE");

    private static RunnerStatus status2(LiveRunner runner, Struct struct) {
        return runner.methods().ask("/RunnerProtocol/Status2", struct, RunnerStatus.parser());
    }

    @Test
    @Rule("status-run")
    @Rule("status-details")
    @Rule("status-body")
    void theFunctionIsRunAndItsAnswerShown(LiveRunner runner) {
        RunnerStatus fresh = runner.await("fresh", status -> !status.getCached());

        assertThat(fresh.getFailed()).isFalse();
        assertThat(fresh.getId()).isNotEmpty();
        assertThat(fresh.getDetails()).contains("{}");
        assertThat(fresh.getExecutionDuration()).isPositive();
        assertThat(fresh.getCreatedAt()).isNotEmpty();
    }

    @Test
    @Rule("status-cached")
    @Rule("status-fresh")
    void aResultIsShownAgainWithFreshCounters(LiveRunner runner) {
        RunnerStatus first = runner.await("fresh", status -> !status.getCached());
        runner.client().engage().tryCall("{").result();
        RunnerStatus second = runner.status();

        assertThat(second.getCached()).isTrue();
        assertThat(second.getId()).isEqualTo(first.getId());
        assertThat(second.getRequestsReceived()).isGreaterThan(first.getRequestsReceived());
    }

    @Test
    @Rule("status-body")
    void status2HandsItsStructOver(LiveRunner runner) {
        Struct struct = Struct.newBuilder()
                .putFields("question", Value.newBuilder().setStringValue("how?").build())
                .build();
        RunnerStatus status = status2(runner, struct);
        while (status.getCached()) {
            status = status2(runner, struct);
        }

        assertThat(status.getDetails()).contains("how?");
    }

    @Test
    @Rule("status-reserved")
    @Raises(ErrorCode.INVALID_IMAGE)
    void callsOfTheStatusImageAreRefused(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("").with("image", IMAGE));

        assertThat(result.finished().getErrorCode()).isEqualTo(400);
        assertThat(result.finished().getErrorStr()).isEqualTo("Invalid Fn image");
    }
}
