package dev.berth.conformance;

import static dev.berth.conformance.OldCall.assertEnded;
import static dev.berth.conformance.OldCall.assertKept;
import static dev.berth.conformance.OldCall.fails;
import static dev.berth.conformance.OldCall.header;
import static dev.berth.conformance.OldCall.report;
import static dev.berth.conformance.OldCall.seen;
import static dev.berth.conformance.OldCall.status;
import static dev.berth.conformance.OldCall.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the four legacy formats have in common, and the cold one. */
@OnRunner
final class OldFormatsE2E {
    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    @Rule("old-hot")
    void hotFunctionsTakeCallAfterCall(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "");
        for (int i = 0; i < 3; i++) {
            EngageCall.Result result = succeeds(runner.run(doc.with("id", "call-" + i), "{\"n\":" + i + "}"));

            assertThat(status(result)).isEqualTo(200);
            assertThat(header(result, "Content-Type")).containsExactly("application/json");
            assertThat(result.body()).isEqualTo("{\"n\":" + i + "}");
            assertThat(i == 0 || result.finished().getCtrCreateDuration() == 0).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    @Rule("old-headers")
    @Rule("engage-status-code")
    void headersOfAConnectionPassBothWaysAndTheStatusIsTheFunctions(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "status 418; header Connection=x-back; header X-A=1; header X-A=2; report")
                .header("Connection", "x-there")
                .header("Te", "gzip");

        EngageCall.Result result = runner.run(doc, "{}");

        assertThat(seen(report(result), "connection")).isEqualTo(List.of("x-there"));
        assertThat(seen(report(result), "te")).isEqualTo(List.of("gzip"));
        assertThat(header(result, "Connection")).containsExactly("x-back");
        assertThat(header(result, "X-A")).containsExactly("1", "2");
        assertThat(status(result)).isEqualTo(418);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "http", "json", "cloudevent"})
    @Rule("old-exit")
    @Raises(ErrorCode.CONTAINER_EXIT)
    void anExitDuringACallIsItsError(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "exit 3");

        fails(runner.run(doc, "{}"), 502, "container exit code 3");
        assertEnded(runner, doc);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    @Rule("old-exit")
    void anExitRightAfterTheAnswerIsNone(String format, LiveRunner runner) {
        EngageCall.Result result = succeeds(runner.run(
                OldCall.of(format, "type text/plain; send ok; leave 1").with("fn_id", "leaving"), "{}"));

        assertThat(result.body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "json", "cloudevent"})
    @Rule("old-exit-early")
    void aFunctionThatEndsBeforeItsFirstCallFailsThatCall(String format, LiveRunner runner) {
        CallDoc doc = OldCall.of(format, "").config("FN_FORMAT", "nonsense");

        fails(runner.run(doc, "{}"), 502, "container exit code 2");
    }

    @Test
    @Rule("old-memory")
    @Raises(ErrorCode.OUT_OF_MEMORY)
    void onlyTheEngineSaysThatMemoryRanOut(LiveRunner runner) {
        fails(runner.run(OldCall.of("json", "alloc 512"), "{}"), 502, ErrorCode.OUT_OF_MEMORY.text());
        fails(runner.run(OldCall.of("json", "exit 137"), "{}"), 502, "container exit code 137");
    }

    @Test
    @Rule("old-timeout")
    @Raises(ErrorCode.CALL_TIMEOUT)
    void theDeadlineEndsTheContainerOfACallThatWasWritten(LiveRunner runner) {
        Map<CallDoc, EngageCall> calls = new LinkedHashMap<>();
        for (String format : List.of("default", "http", "json", "cloudevent")) {
            CallDoc doc = OldCall.of(format, "hang").with("timeout", 1);
            calls.put(doc, runner.start(doc).data("{}", true));
        }
        CallDoc owed = OldCall.of("json", "").with("timeout", 1).with("fn_id", "owed");
        EngageCall unwritten = runner.start(owed).data("{", false);

        fails(unwritten.result(), 504, "Timed out");
        assertKept(runner, owed);
        calls.forEach((doc, call) -> {
            fails(call.result(), 504, "Timed out");
            assertEnded(runner, doc);
        });
    }

    @Test
    @Rule("old-cancel")
    void aCancelledCallEndsItsContainerIfItWasWritten(LiveRunner runner) {
        String begun = OldCall.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun") + "; hang";
        for (String format : List.of("default", "http")) {
            CallDoc doc = OldCall.of(format, begun);
            EngageCall call = runner.start(doc).data("{}", true);
            call.nextPayload();
            call.cancel();
            runner.await("over", status -> status.getActive() == 0);
            assertEnded(runner, doc);
        }
    }

    @Test
    @Rule("old-cancel")
    void aCancelledCallOfWhichNothingWasWrittenLeavesItsContainer(LiveRunner runner) {
        CallDoc doc = OldCall.of("json", "");
        EngageCall call = runner.start(doc).data("{", false);
        runner.await(
                "running", status -> status.getNode().getSlotsList().stream().anyMatch(slot -> slot.getBusy() == 1));
        call.cancel();
        runner.await("over", status -> status.getActive() == 0);

        assertKept(runner, doc);
    }

    @Test
    @Rule("default-cold")
    void eachCallOfTheColdFormatHasAContainerOfItsOwn(LiveRunner runner) {
        String image = "berth/old-formats:latest";
        CallDoc doc = OldCall.of("default", "send ok").with("image", image).with("idle_timeout", 60);
        ByteString hash = ByteString.copyFromUtf8("0123abcd");

        assertThat(Hashes.run(runner, doc, hash).getCtrCreateDuration()).isPositive();
        assertThat(Hashes.run(runner, doc.with("id", "other"), hash).getCtrCreateDuration())
                .isPositive();
        runner.await(
                "no container",
                status -> status.getNode().getSlotsList().stream()
                        .noneMatch(slot -> slot.getImage().equals(image)));
    }

    @Test
    @Rule("default-env")
    @Rule("default-deadline")
    void theColdFormatHasItsCallInTheEnvironment(LiveRunner runner) {
        Instant before = Instant.now();
        CallDoc doc = OldCall.of("default", "report")
                .with("timeout", 7)
                .header("x-many", "a", "b")
                .config("COLOUR", "teal");

        JsonObject report = report(runner.run(doc, "in"));

        JsonObject env = report.getJsonObject("env");
        assertThat(env.getString("FN_FORMAT")).isEqualTo("default");
        assertThat(env.getString("COLOUR")).isEqualTo("teal");
        assertThat(env.getString("FN_METHOD")).isEqualTo("POST");
        assertThat(env.getString("FN_REQUEST_URL")).isEqualTo(OldCall.URL);
        assertThat(env.getString("FN_CALL_ID")).isEqualTo(doc.id());
        assertThat(env.getString("FN_HEADER_X-Many")).isEqualTo("a, b");
        assertThat(env.getString("FN_HEADER_Content-Type")).isEqualTo("application/json");
        assertThat(env.getString("FN_DEADLINE")).matches("[-0-9]+T[:0-9]+\\.[0-9]{3}Z");
        assertThat(Instant.parse(env.getString("FN_DEADLINE")).minusSeconds(7))
                .isBetween(before.minusMillis(1), Instant.now());
        assertThat(report.getString("body")).isEqualTo("in");
    }

    @Test
    @Rule("default-stdout")
    @Rule("default-success")
    void theColdFormatAnswersWithItsOutputIfItsExitCodeIsGood(LiveRunner runner) {
        EngageCall.Result answered = succeeds(runner.run(OldCall.of("default", "status 418; send ok"), "in"));
        EngageCall.Result silent = succeeds(runner.run(OldCall.of("default", "exit 0")));

        assertThat(answered.body()).isEqualTo("ok");
        assertThat(silent.body()).isEmpty();
        for (EngageCall.Result result : List.of(answered, silent)) {
            assertThat(status(result)).isEqualTo(200);
            assertThat(OldCall.head(result).getHeadersList()).isEmpty();
        }
        fails(runner.run(OldCall.of("default", "send ok; leave 4")), 502, "container exit code 4");
    }
}
