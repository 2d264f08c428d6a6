package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import org.junit.jupiter.api.Test;

/** Functions that may answer before they have the whole request. */
@OnRunner(Profile.FULL_DUPLEX)
final class FullDuplexE2E {
    @Test
    @Rule("early-answer")
    void anEarlyAnswerIsPassedOnWhileTheRequestIsStillArriving(LiveRunner runner) {
        EngageCall call = runner.start(CallDoc.of("send early; echo")).data("part", false);
        call.nextPayload();
        call.nextPayload();

        EngageCall.Result result = call.data(" rest", true).result();

        assertThat(result.body()).isEqualTo("earlypart rest");
        assertThat(result.finished().getSuccess()).isTrue();
    }
}
