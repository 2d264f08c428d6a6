package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.RunnerMsg;
import org.junit.jupiter.api.Test;

/** Detached calls where they are switched on. */
@OnRunner(Profile.DETACHED)
final class DetachedE2E {
    private static CallDoc detached(String program) {
        return CallDoc.of(program).with("type", "detached");
    }

    @Test
    @Rule("detached-ack")
    void isAcknowledgedBeforeItsBodyIsSentOn(LiveRunner runner) throws InvalidProtocolBufferException {
        EngageCall call = runner.start(detached("read; send ok"));

        RunnerMsg first = RunnerMsg.parseFrom(call.nextPayload().getBytes());

        assertThat(first.getResultStart().getHttp().getStatusCode()).isEqualTo(202);
        assertThat(first.getResultStart().getHttp().getHeadersList()).isEmpty();
        assertThat(call.data("", true).result().finished().getSuccess()).isTrue();
    }

    @Test
    @Rule("detached-output")
    void outputIsDroppedAndFinishedFollows(LiveRunner runner) {
        EngageCall.Result result = runner.run(detached("read; sleep 200; header X-A=1; fill 500000"));

        assertThat(result.messages()).hasSize(2);
        assertThat(result.finished().getSuccess()).isTrue();
        assertThat(result.body()).isEmpty();
        assertThat(result.finished().getExecutionDuration()).isGreaterThan(200_000_000L);
    }

    @Test
    @Rule("detached-before-ack")
    void beforeTheAcknowledgementErrorsAreAsUsual(LiveRunner runner) {
        EngageCall.Result invalid = runner.run(detached("").without("image"));
        EngageCall.Result refused = runner.start(detached(""), "0n").result();

        assertThat(invalid.messages()).hasSize(1);
        assertThat(invalid.finished().getErrorCode()).isEqualTo(400);
        assertThat(refused.messages()).hasSize(1);
        assertThat(refused.finished().getErrorCode()).isEqualTo(503);
    }

    @Test
    @Rule("detached-after-ack")
    void afterItAnErrorIsNeverARefusal(LiveRunner runner) {
        EngageCall.Result result = runner.run(detached("read; exit 1"));

        assertThat(result.messages()).hasSize(2);
        assertThat(result.finished().getErrorCode()).isEqualTo(502);
    }
}
