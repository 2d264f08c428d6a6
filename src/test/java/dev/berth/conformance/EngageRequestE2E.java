package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.ingress.EngageCall;
import dev.berth.proto.ClientMsg;
import org.junit.jupiter.api.Test;

/** What a client sends on an Engage stream, in the right order and in wrong ones. */
@OnRunner
final class EngageRequestE2E {
    private static final CallDoc ECHO = CallDoc.of("read; echo");

    private static void assertProtocolFailure(EngageCall call, String expected) {
        EngageCall.Result result = call.result();
        assertThat(result.status()).isEqualTo("2");
        assertThat(result.text()).isEqualTo("Protocol failure: expected " + expected);
        assertThat(result.messages()).noneMatch(message -> message.hasFinished());
    }

    @Test
    @Rule("engage-try-first")
    @Rule("engage-status-instead")
    void firstMessageIsATry(LiveRunner runner) {
        assertProtocolFailure(runner.client().engage().data("x", false), "ClientMsg_Try");
        EngageCall empty = runner.client().engage();
        empty.send(ClientMsg.getDefaultInstance());
        assertProtocolFailure(empty, "ClientMsg_Try");
        assertProtocolFailure(runner.client().engage().halfClose(), "ClientMsg_Try");
    }

    @Test
    @Rule("engage-data-then")
    @Rule("engage-status-instead")
    void onlyDataFollowsTheTry(LiveRunner runner) {
        EngageCall twice = runner.start(ECHO).data("x", false).tryCall(ECHO.text());
        assertProtocolFailure(twice, "ClientMsg_Data");
        EngageCall empty = runner.start(ECHO).data("x", false);
        empty.send(ClientMsg.getDefaultInstance());
        assertProtocolFailure(empty, "ClientMsg_Data");
        runner.await("torn down", status -> status.getActive() == 0);
    }

    @Test
    @Rule("engage-half-close-early")
    @Rule("engage-status-instead")
    void halfCloseBeforeEofIsAFailure(LiveRunner runner) {
        assertProtocolFailure(runner.start(ECHO).data("x", false).halfClose(), "ClientMsg_Data");
    }

    @Test
    @Rule("engage-eof-with-data")
    void aFrameMayHaveDataAndEof(LiveRunner runner) {
        EngageCall.Result result = runner.start(CallDoc.of("read; send got%20; report"))
                .data("first ", false)
                .data("last", true)
                .result();

        assertThat(result.body()).startsWith("got ").contains("first last");
    }

    @Test
    @Rule("engage-empty-frame")
    void emptyFramesHaveNoEffect(LiveRunner runner) {
        EngageCall.Result result = runner.start(CallDoc.of("read; report"))
                .data("", false)
                .data("a", false)
                .data("", false)
                .data("b", false)
                .data("", true)
                .result();

        assertThat(result.body()).contains("\"ab\"");
        assertThat(result.finished().getSuccess()).isTrue();
    }

    @Test
    @Rule("engage-after-eof")
    void whatFollowsEofIsIgnored(LiveRunner runner) {
        EngageCall call = runner.start(CallDoc.of("read; sleep 200; report")).data("body", true);
        call.data("more", false).tryCall("{").data("", true);
        call.send(ClientMsg.getDefaultInstance());

        EngageCall.Result result = call.halfClose().result();

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.body()).contains("\"body\"").doesNotContain("more");
    }

    @Test
    @Rule("engage-open-end")
    void theRunnerEndsTheStreamByItself(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("read; send ok"));

        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getSuccess()).isTrue();
    }
}
