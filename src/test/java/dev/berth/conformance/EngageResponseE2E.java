package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.RunnerMsg;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the runner sends on an Engage stream. */
@OnRunner
final class EngageResponseE2E {
    private static final int LARGEST_FRAME = 64 * 1024;

    private static HttpRespMeta head(EngageCall.Result result) {
        return result.messages().get(0).getResultStart().getHttp();
    }

    private static List<String> values(EngageCall.Result result, String name) {
        return head(result).getHeadersList().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(HttpHeader::getValue)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read; send ok", "read; status 500", "read; fill 200000", "read; fill 100; close"})
    @Rule("engage-one-finished")
    void exactlyOneFinishedIsLast(String program, LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of(program));

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.messages()).filteredOn(RunnerMsg::hasFinished).hasSize(1);
        assertThat(result.messages().get(result.messages().size() - 1).hasFinished())
                .isTrue();
    }

    @Test
    @Rule("engage-result-start")
    void anEmptyAnswerHasAResultStart(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read"));

        assertThat(result.messages()).hasSize(2);
        assertThat(result.messages().get(0).hasResultStart()).isTrue();
        assertThat(result.finished().getSuccess()).isTrue();
    }

    @Test
    @Rule("engage-data")
    @Rule("engage-result-start")
    void aLargeAnswerComesInOrderInFrames(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; fill 1000000"));

        assertThat(result.messages()).filteredOn(RunnerMsg::hasResultStart).hasSize(1);
        assertThat(result.messages().get(0).hasResultStart()).isTrue();
        assertThat(result.messages())
                .filteredOn(RunnerMsg::hasData)
                .allMatch(message -> !message.getData().getEof()
                        && message.getData().getData().size() <= LARGEST_FRAME);
        assertThat(result.body()).isEqualTo("0123456789abcdef".repeat(62500));
    }

    @Test
    @Rule("engage-headers")
    void headersKeepTheirOrderAndThoseOfTheConnectionAreLeftOut(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; header X-A=1; header X-B=2; header X-A=3;"
                + "header Keep-Alive=timeout%3d5; header TE=gzip; header Upgrade=x; header Proxy-Connection=x;"
                + "header Proxy-Authenticate=x; trailer X-Trailer=1; send ok"));

        assertThat(values(result, "X-A")).containsExactly("1", "3");
        assertThat(values(result, "X-B")).containsExactly("2");
        assertThat(head(result).getHeadersList())
                .extracting(header -> header.getKey().toLowerCase(java.util.Locale.ROOT))
                .doesNotContain(
                        "keep-alive",
                        "te",
                        "upgrade",
                        "proxy-connection",
                        "proxy-authenticate",
                        "transfer-encoding",
                        "trailer",
                        "x-trailer",
                        "connection");
    }

    @Test
    @Rule("engage-headers")
    void teTrailersIsPassedOn(LiveRunner runner) {
        assertThat(values(runner.run(CallDoc.of("read; header TE=trailers; send ok")), "TE"))
                .containsExactly("trailers");
    }

    @Test
    @Rule("engage-status-code")
    void statusCodeIs200WhateverTheUsersStatus(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; header Fn-Http-Status=404; send gone"));

        assertThat(head(result).getStatusCode()).isEqualTo(200);
        assertThat(values(result, "Fn-Http-Status")).containsExactly("404");
        assertThat(result.finished().getSuccess()).isTrue();
    }

    @Test
    @Rule("engage-refusal")
    @Raises(ErrorCode.SERVER_BUSY)
    void aRefusalIsTheOnlyMessage(LiveRunner runner) {
        EngageCall.Result result =
                runner.start(CallDoc.of("read; send ok"), "0n").result();

        assertThat(result.messages()).hasSize(1);
        assertThat(result.finished().getErrorCode()).isEqualTo(503);
        assertThat(result.finished().getErrorStr()).isEqualTo(ErrorCode.SERVER_BUSY.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"read; status 500", "read; status 204", "read; close", "read; raw nonsense%0d%0a%0d%0a", "exit 0"
            })
    @Rule("engage-code")
    void aFailureNeverHasCodeZeroOr503(String program, LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of(program));

        assertThat(result.finished().getSuccess()).isFalse();
        assertThat(result.finished().getErrorCode()).isNotIn(0, 503);
    }

    @Test
    @Rule("engage-error-after-data")
    @Raises(ErrorCode.RESPONSE_BROKEN)
    void anErrorFollowsWhatWasSent(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; fill 1000; sleep 100; reset"));

        assertThat(result.body()).hasSize(1000);
        assertThat(result.finished().getErrorCode()).isEqualTo(502);
        assertThat(result.finished().getErrorStr()).isEqualTo(ErrorCode.RESPONSE_BROKEN.text());
        assertThat(result.finished().getErrorUser()).isTrue();
    }
}
