package dev.berth.worker.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.conformance.Raises;
import dev.berth.conformance.Rule;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all formats have in common, and the format default; rules of old-formats.md. */
final class StdioExchangeTest extends StdioRig {
    @Test
    @Rule("old-early")
    void anAnswerBeforeTheRequestsEndEndsTheContainer() {
        start(CallFormat.HTTP);
        FakeCall call = begin("POST");
        call.body.emit("half");
        function.stdout.emit("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(call.succeeded()).isTrue();
        assertThat(call.kept).isFalse();
    }

    @Test
    @Rule("default-stdin")
    void defaultIsTheBodyAndAllOfStdout() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        call.body.emit("in");
        assertThat(function.stdin.text()).isEqualTo("in");
        call.body.end();
        assertThat(function.stdin.ended).isTrue();
        function.stdout.emit("out");
        assertThat(call.head.status()).isEqualTo(200);
        assertThat(call.head.headers()).isEmpty();
        exchange.exited(GOOD);
        assertThat(call.ends).isZero();
        function.stdout.end();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.kept).isFalse();
        assertThat(call.out.text()).isEqualTo("out");
    }

    @Test
    void defaultWithoutOutputStillHasAHead() {
        FakeCall call = sent(CallFormat.DEFAULT);
        exit(GOOD);

        assertThat(call.succeeded()).isTrue();
        assertThat(call.head.status()).isEqualTo(200);
    }

    @Test
    void defaultThatEndedBeforeItsCallIsReadThen() {
        start(CallFormat.DEFAULT);
        assertThat(exchange.exited(GOOD)).isTrue();
        FakeCall call = begin("POST");
        function.stdout.emit("early");
        function.stdout.end();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.out.text()).isEqualTo("early");
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.CONTAINER_EXIT)
    void anExitDuringACallIsItsError(CallFormat format) {
        FakeCall call = sent(format);
        assertThat(exchange.exited(new ExitStatus(3, false))).isTrue();
        function.stdout.end();

        assertThat(call.error.code()).isEqualTo(ErrorCode.CONTAINER_EXIT);
        assertThat(call.error).hasMessage("container exit code 3");
        assertThat(call.error.wireCode()).isEqualTo(502);
        assertThat(call.kept).isFalse();
        assertThat(call.head).isNull();
    }

    @Test
    @Raises(ErrorCode.OUT_OF_MEMORY)
    void onlyTheEngineKnowsThatMemoryRanOut() {
        FakeCall call = sent(CallFormat.JSON);
        exit(new ExitStatus(137, true));
        assertThat(call.error.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
        assertThat(call.error)
                .hasMessage(
                        "container out of memory, you may want to raise route.memory for this route (default: 128MB)");

        FakeCall killed = sent(CallFormat.JSON);
        exit(new ExitStatus(137, false));
        assertThat(killed.error).hasMessage("container exit code 137");
    }

    @ParameterizedTest
    @EnumSource(
            value = CallFormat.class,
            names = {"HTTP", "JSON", "CLOUDEVENT"})
    void aHotFunctionThatDiedBeforeItsFirstCallFailsThatCall(CallFormat format) {
        start(format);
        function.stdout.end();
        assertThat(exchange.exited(new ExitStatus(1, false))).isTrue();
        FakeCall call = begin("POST");

        assertThat(call.error).hasMessage("container exit code 1");
        assertThat(call.kept).isFalse();
        assertThat(function.stdin.text()).isEmpty();
    }

    @Test
    void aHotFunctionThatDiesLaterIsTheContainersAffair() {
        FakeCall call = sent(CallFormat.JSON);
        function.stdout.emit("{}");
        assertThat(call.kept).isTrue();

        assertThat(exchange.exited(GOOD)).isFalse();
    }

    @Test
    @Rule("old-between")
    void whatAHotFunctionWritesBetweenCallsIsDropped() {
        start(CallFormat.JSON);
        function.stdout.emit("noise");
        FakeCall call = begin("POST");
        call.body.end();
        function.stdout.emit("{}");
        function.stdout.emit("more noise");
        assertThat(call.succeeded()).isTrue();
        FakeCall second = begin("POST");
        second.body.end();
        function.stdout.emit("{}");

        assertThat(second.succeeded()).isTrue();
        assertThat(function.stdout.paused).isFalse();
    }

    @Test
    @Rule("old-streams")
    void stderrGoesToItsListenerAtAnyTime() {
        start(CallFormat.JSON);
        function.stderr.emit("one");
        begin("POST");
        function.stderr.emit("two");

        assertThat(errors).containsExactly("one", "two");
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.REQUEST_TOO_BIG)
    void requestsOverTheLimitAreRefused(CallFormat format) {
        start(format, new StdioLimits(4, 0, 0, NO_LIMITS.memory()));
        FakeCall call = begin("POST");
        call.body.emit("1234");
        assertThat(call.ends).isZero();
        call.body.emit("5");

        assertThat(call.error.code()).isEqualTo(ErrorCode.REQUEST_TOO_BIG);
        assertThat(call.error.wireCode()).isEqualTo(413);
        assertThat(call.kept).isEqualTo(format == CallFormat.JSON || format == CallFormat.CLOUDEVENT);
        assertThat(function.stdin.text()).doesNotContain("5\r\n");
        assertThat(function.stdin.ended).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = CallFormat.class, names = "HTTP_STREAM", mode = EnumSource.Mode.EXCLUDE)
    @Raises(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG)
    void outputOverTheLimitEndsTheContainer(CallFormat format) {
        start(format, new StdioLimits(0, 100, 0, NO_LIMITS.memory()));
        FakeCall call = begin("POST");
        call.body.end();
        String head = format == CallFormat.HTTP ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" : "";
        function.stdout.emit(head + (format == CallFormat.DEFAULT ? "" : "{\"body\":\""));
        function.stdout.emit("x".repeat(101));

        assertThat(call.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG);
        assertThat(call.error).hasMessage("function response too large");
        assertThat(call.kept).isFalse();
    }

    @Test
    void bodyWaitsForTheFunctionAndOutputForTheCaller() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        function.stdin.full = true;
        call.body.emit("x");
        assertThat(call.body.paused).isTrue();
        function.stdin.drained();
        assertThat(call.body.paused).isFalse();

        call.out.full = true;
        function.stdout.emit("y");
        assertThat(function.stdout.paused).isTrue();
        call.out.drained();
        assertThat(function.stdout.paused).isFalse();
    }

    @Test
    void aLongAnswerIsPassedOnAsTheCallerTakesIt() {
        FakeCall call = sent(CallFormat.JSON);
        call.out.full = true;
        function.stdout.emit("{\"body\":\"" + "x".repeat(100_000) + "\"}");
        assertThat(call.out.written.length()).isZero();
        assertThat(call.ends).isZero();
        call.out.drained();

        assertThat(call.succeeded()).isTrue();
        assertThat(call.out.written.length()).isEqualTo(100_000);
    }

    @Test
    @Rule("default-stdin")
    void aFunctionThatDoesNotReadItsInputMayAnswerAllTheSame() {
        start(CallFormat.DEFAULT);
        function.stdin.broken = true;
        function.stdin.full = true;
        FakeCall call = begin("POST");
        call.body.emit("x");
        assertThat(call.body.paused).isFalse();
        call.body.end();
        function.stdout.emit("fine");
        exit(GOOD);

        assertThat(call.succeeded()).isTrue();
    }

    @Test
    void aBrokenOffCallLeavesItsInputIncomplete() {
        start(CallFormat.DEFAULT);
        FakeCall call = begin("POST");
        call.body.emit("x");

        assertThat(exchange.abort()).isFalse();
        call.body.end();
        exit(GOOD);
        assertThat(function.stdin.ended).isFalse();
        assertThat(call.ends).isZero();
    }

    @Test
    void aHotFunctionIsUntouchedUntilItsCallIsWritten() {
        start(CallFormat.JSON);
        FakeCall call = begin("POST");
        call.body.emit("x");

        assertThat(exchange.abort()).isTrue();
        call.body.end();
        assertThat(function.stdin.text()).isEmpty();
        FakeCall second = begin("POST");
        second.body.end();
        assertThat(exchange.abort()).isFalse();
    }
}
