package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import org.junit.jupiter.api.Test;

/** The balancer's name for a request in the runner's log. */
@OnRunner(Profile.LOGGED)
final class RequestIdE2E {
    @Test
    @Rule("metadata-request-id")
    void isInTheLogLinesOfItsCallAndNotSentBack(LiveRunner runner) {
        EngageCall call = runner.client()
                .engage("fn_request_id", "request-0815")
                .tryCall(CallDoc.of("read; send ok").text())
                .data("", true);

        assertThat(call.result().finished().getSuccess()).isTrue();
        assertThat(call.request.response().result().headers().names()).doesNotContain("fn_request_id");
        assertThat(runner.process().log()).contains("request-0815");
    }
}
