package dev.berth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.error.ErrorCode;
import dev.berth.ingress.EngageCall;
import dev.berth.proto.CallFinished;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of calls whose function, container or image fails. */
@OnRunner
final class FunctionFaultsE2E {
    static void assertError(EngageCall.Result result, ErrorCode code) {
        assertThat(result.status()).isEqualTo("0");
        assertThat(result.finished().getErrorStr()).startsWith(code.text());
        assertThat(result.finished().getErrorCode()).isEqualTo(code.wire());
        assertThat(result.finished().getErrorUser()).isTrue();
    }

    @Test
    @Rule("container-answer")
    @Raises(ErrorCode.FUNCTION_FAILED)
    void a502IsAFailedFunctionAndKeepsItsContainer(LiveRunner runner) {
        CallDoc doc = CallDoc.of("read; status 502; send dropped");
        EngageCall.Result result = runner.run(doc);

        assertError(result, ErrorCode.FUNCTION_FAILED);
        assertThat(result.messages()).hasSize(1);
        assertThat(runner.run(doc).finished().getCtrCreateDuration()).isZero();
    }

    @Test
    @Rule("container-answer")
    @Raises(ErrorCode.CALL_TIMEOUT)
    void a504IsATimeout(LiveRunner runner) {
        assertError(runner.run(CallDoc.of("read; status 504")), ErrorCode.CALL_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"201", "302", "404", "503"})
    @Rule("container-answer")
    @Raises(ErrorCode.INVALID_RESPONSE)
    void anyOtherStatusIsInvalid(String status, LiveRunner runner) {
        assertError(runner.run(CallDoc.of("read; status " + status)), ErrorCode.INVALID_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read; close", "read; reset", "read; raw nonsense%0d%0a%0d%0a"})
    @Rule("container-answer")
    @Rule("container-hung-up")
    @Raises(ErrorCode.RESPONSE_BROKEN)
    void noAnswerAtAllIsABrokenResponse(String program, LiveRunner runner) {
        assertError(runner.run(CallDoc.of(program)), ErrorCode.RESPONSE_BROKEN);
    }

    @ParameterizedTest
    @CsvSource({
        "read; exit 3, container exit code 3",
        "read; kill SIGSEGV; hang, container exit code 139 (SIGSEGV)",
        "read; kill SIGKILL; hang, container exit code 137 (SIGKILL)",
        "read; send x; exit 3, container exit code 3",
    })
    @Rule("container-account")
    @Raises(ErrorCode.CONTAINER_EXIT)
    void aContainerThatEndsDuringACallIsToldOf(String program, String text, LiveRunner runner) {
        assertAccount(runner, program, ErrorCode.CONTAINER_EXIT, text);
    }

    @Test
    @Rule("container-account")
    @Raises(ErrorCode.OUT_OF_MEMORY)
    void aContainerThatRunsOutOfMemoryIsToldOf(LiveRunner runner) {
        assertAccount(runner, "read; alloc 512", ErrorCode.OUT_OF_MEMORY, "container out of memory, limit 96 MiB");
    }

    /** An engine that is busy may be too late with its account; then the connection is blamed, and nothing else. */
    private static void assertAccount(LiveRunner runner, String program, ErrorCode code, String text) {
        runner.until(text, () -> {
            EngageCall.Result result = runner.run(CallDoc.of(program));
            if (result.finished().getErrorStr().equals(ErrorCode.RESPONSE_BROKEN.text())) {
                return false;
            }
            assertThat(result.finished().getErrorStr()).isEqualTo(text);
            assertThat(result.finished().getErrorCode()).isEqualTo(code.wire());
            assertThat(result.finished().getErrorUser()).isTrue();
            return true;
        });
    }

    @Test
    @Rule("early-answer")
    @Rule("container-premature")
    @Raises(ErrorCode.PREMATURE_WRITE)
    void anEarlyAnswerIsAFaultAndNothingOfItIsPassedOn(LiveRunner runner) {
        CallDoc doc = CallDoc.of("send early; sleep 300; read").config("EARLY", "1");
        EngageCall.Result result = runner.start(doc).data("part", false).result();

        assertError(result, ErrorCode.PREMATURE_WRITE);
        assertThat(result.messages()).hasSize(1);
        assertThat(runner.run(doc.header("X-Do", "read; send ok")).finished().getCtrCreateDuration())
                .isZero();
    }

    @Test
    @Rule("early-close")
    @Rule("container-hung-up")
    @Raises(ErrorCode.REQUEST_PIPE_CLOSED)
    void hangingUpOnTheRequestIsAClosedPipe(LiveRunner runner) {
        assertError(
                runner.start(CallDoc.of("read 1; close")).data("part", false).result(), ErrorCode.REQUEST_PIPE_CLOSED);
    }

    @Test
    @Rule("container-exit-early")
    @Raises(ErrorCode.INIT_FAILED)
    void aContainerThatExitsBeforeItIsReadyFails(LiveRunner runner) {
        assertError(runner.run(CallDoc.of("").config("ENABLE_INIT_EXIT", "3")), ErrorCode.INIT_FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"absolute", "file", "directory", "dangling"})
    @Rule("container-socket")
    @Raises(ErrorCode.INIT_FAILED)
    void whatIsNoSocketFailsTheStart(String socket, LiveRunner runner) {
        assertError(runner.run(CallDoc.of("").config("INIT_SOCKET", socket)), ErrorCode.INIT_FAILED);
    }

    @Test
    @Rule("container-deaf")
    @Raises(ErrorCode.INIT_FAILED)
    void aSocketThatNobodyListensOnFailsTheFirstCall(LiveRunner runner) {
        assertError(runner.run(CallDoc.of("").config("INIT_SOCKET", "deaf")), ErrorCode.INIT_FAILED);
    }

    /** It has read a part, and may have acted on it. */
    @Test
    @Rule("container-deaf")
    void aHeadThatTheFunctionTakesInPartIsTriedOnce(LiveRunner runner) {
        CallFinished finished = runner.run(CallDoc.of("read; send ok").header("X-Large", "x".repeat(3 << 20)))
                .finished();

        assertThat(finished.getErrorStr()).isIn(ErrorCode.RESPONSE_BROKEN.text(), ErrorCode.REQUEST_PIPE_CLOSED.text());
        assertThat(finished.getErrorCode()).isEqualTo(502);
        assertThat(finished.getErrorUser()).isTrue();
    }

    @Test
    @Rule("container-start-timeout")
    @Raises(ErrorCode.INIT_TIMEOUT)
    void aContainerWithoutASocketTimesOut(LiveRunner runner) {
        assertError(runner.run(CallDoc.of("").config("INIT_SOCKET", "none")), ErrorCode.INIT_TIMEOUT);
    }

    @Test
    @Rule("container-launch-error")
    @Raises(ErrorCode.PULL_FAILED)
    void anImageThatIsNowhereCannotBePulled(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("").with("image", "localhost:1/no/such"));

        assertThat(result.finished().getErrorStr()).startsWith("Failed to pull image 'localhost:1/no/such");
        assertThat(result.finished().getErrorCode()).isNotIn(0, 503);
        assertThat(result.finished().getErrorUser()).isTrue();
    }

    @Test
    @Raises(ErrorCode.SYSLOG_UNAVAILABLE)
    void aLogServerThatIsNotThereIsTheFunctionsFault(LiveRunner runner) {
        assertError(runner.run(CallDoc.of("").with("syslog_url", "tcp://127.0.0.1:1")), ErrorCode.SYSLOG_UNAVAILABLE);
    }

    @Test
    @Rule("detached-off")
    @Raises(ErrorCode.DETACH_UNSUPPORTED)
    void detachedCallsAreOff(LiveRunner runner) {
        EngageCall.Result result = runner.run(CallDoc.of("").with("type", "detached"));

        assertThat(result.finished().getErrorCode()).isEqualTo(501);
        assertThat(result.finished().getErrorStr()).isEqualTo(ErrorCode.DETACH_UNSUPPORTED.text());
    }
}
