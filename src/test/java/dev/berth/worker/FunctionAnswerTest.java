package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.call.Header;
import dev.berth.container.ContainerState;
import dev.berth.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a call, and of its container, for each kind of answer a function can give. */
final class FunctionAnswerTest {

    /** Calls a function that answers so; expects this end, and the container kept for another call. */
    private static TestCall kept(FakeFunction.Script script, ErrorCode code) throws Exception {
        return kept(new RigSettings(), script, code);
    }

    private static TestCall kept(RigSettings settings, FakeFunction.Script script, ErrorCode code) throws Exception {
        try (WorkerRig rig = new WorkerRig(settings)) {
            rig.engine.serve(script);
            String id = rig.ready();
            TestCall call = rig.call(id).write("body").endBody();
            assertThat(call.code()).isEqualTo(code);
            assertThat(rig.heard(ContainerReleased.class).containerId()).isEqualTo(id);
            assertThat(rig.snapshot().in(ContainerState.IDLE)).isEqualTo(1);

            TestCall again = rig.call(id).write("body").endBody();
            assertThat(again.code()).isEqualTo(code);
            rig.heard(ContainerReleased.class);
            rig.remove(id);
            rig.assertGone(id);
            return call;
        }
    }

    /** Calls a function that answers so; expects this end, and the container removed. */
    private static TestCall removed(FakeFunction.Script script, ErrorCode code) throws Exception {
        return removed(new RigSettings(), script, code);
    }

    private static TestCall removed(RigSettings settings, FakeFunction.Script script, ErrorCode code) throws Exception {
        try (WorkerRig rig = new WorkerRig(settings)) {
            rig.engine.serve(script);
            String id = rig.ready();
            TestCall call = rig.call(id).write("body").endBody();
            assertThat(call.code()).isEqualTo(code);
            assertThat(rig.heard(ContainerEnding.class).containerId()).isEqualTo(id);
            rig.assertGone(id);
            return call;
        }
    }

    @Test
    void passesOnHeadersOfA200WithoutThoseOfTheConnection() throws Exception {
        TestCall call = kept(FakeFunction.answering("""
                        HTTP/1.1 200 OK\r
                        X-One: 1\r
                        x-one: 2\r
                        Content-Length: 2\r
                        Keep-Alive: timeout=5\r
                        Connection: keep-alive\r
                        Upgrade: h2c\r
                        Trailer: X-End\r
                        TE: trailers\r
                        Proxy-Authenticate: Basic\r
                        X-Name: gr\u00c3\u00b6\u00c3\u009fe\r
                        \r
                        ok"""), null);
        assertThat(call.head().headers())
                .containsExactlyInAnyOrder(
                        new Header("X-One", "1"),
                        new Header("x-one", "2"),
                        new Header("Content-Length", "2"),
                        new Header("TE", "trailers"),
                        new Header("X-Name", "größe"));
        assertThat(call.head().headers().stream().filter(h -> h.name().equalsIgnoreCase("x-one")))
                .extracting(Header::value)
                .containsExactly("1", "2");
        assertThat(call.body()).isEqualTo("ok");
    }

    @Test
    void passesOnAnEmptyAnswer() throws Exception {
        TestCall call = kept(FakeFunction.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), null);
        assertThat(call.head().status()).isEqualTo(200);
        assertThat(call.body()).isEmpty();
    }

    @Test
    void takesAChunkedAnswerAndDropsItsTrailers() throws Exception {
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-End: 1\r\n\r\n"),
                null);
        assertThat(call.body()).isEqualTo("abcdefg");
        assertThat(call.head().headers()).isEmpty();
    }

    @Test
    void takesAnAnswerThatEndsWithTheConnection() throws Exception {
        TestCall call = kept(FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\n\r\nto the end"), null);
        assertThat(call.body()).isEqualTo("to the end");
    }

    @Test
    void takesAnHttp10Answer() throws Exception {
        TestCall call = kept(FakeFunction.answeringOnce("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"), null);
        assertThat(call.body()).isEqualTo("old");
    }

    @Test
    void honoursConnectionClose() throws Exception {
        FakeFunction.Script script = talk -> {
            talk.readHead();
            talk.readBody();
            talk.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            talk.readToEnd();
        };
        assertThat(kept(script, null).body()).isEqualTo("ok");
    }

    @Test
    void skipsInterimAnswers() throws Exception {
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                null);
        assertThat(call.body()).isEqualTo("ok");
        assertThat(call.head().headers()).containsExactly(new Header("Content-Length", "2"));
    }

    @Test
    void skipsInterimAnswersOfAnyKindButTheChangeOfProtocol() throws Exception {
        String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Odd\r\nX: y\r\n\r\n" + ok), null);
        assertThat(call.body()).isEqualTo("ok");
        removed(
                FakeFunction.answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + ok),
                ErrorCode.INVALID_RESPONSE);
    }

    /** As the client takes them that functions were written against. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nok\r\n0  \r\n\r\n"
            })
    void takesOddFraming(String answer) throws Exception {
        TestCall call = kept(FakeFunction.answering(answer), null);
        assertThat(call.body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok"
            })
    void lengthsThatMakeNoSenseBreakTheResponse(String answer) throws Exception {
        assertThat(removed(FakeFunction.answering(answer), ErrorCode.RESPONSE_BROKEN)
                        .answered())
                .isFalse();
    }

    @Test
    void findsCloseAmongOtherConnectionOptions() throws Exception {
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 2\r\n\r\nok"),
                null);
        assertThat(call.head().headers()).containsExactly(new Header("Content-Length", "2"));
    }

    @Test
    void a502MeansThatTheFunctionFailed() throws Exception {
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 502 Bad Gateway\r\nX-A: b\r\nContent-Length: 4\r\n\r\noops"),
                ErrorCode.FUNCTION_FAILED);
        assertThat(call.answered()).isFalse();
        assertThat(call.body()).isEmpty();
    }

    @Test
    void a504MeansThatTheFunctionRanOutOfTime() throws Exception {
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n"),
                ErrorCode.CALL_TIMEOUT);
        assertThat(call.answered()).isFalse();
    }

    @Test
    void anyOtherStatusIsAnInvalidResponse() throws Exception {
        for (String status : new String[] {"201 Created", "204 No Content", "404 Not Found", "500 Oops", "302 Found"}) {
            TestCall call = removed(
                    FakeFunction.answering("HTTP/1.1 " + status + "\r\nLocation: /call\r\nContent-Length: 0\r\n\r\n"),
                    ErrorCode.INVALID_RESPONSE);
            assertThat(call.answered()).isFalse();
        }
    }

    @Test
    void malformedHttpBreaksTheResponse() throws Exception {
        TestCall call = removed(FakeFunction.answeringOnce("this is not HTTP\r\n\r\n"), ErrorCode.RESPONSE_BROKEN);
        assertThat(call.answered()).isFalse();
    }

    @Test
    void aMalformedHeaderBreaksTheResponse() throws Exception {
        removed(
                FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: x\r\n\r\n"),
                ErrorCode.RESPONSE_BROKEN);
    }

    @Test
    void hangingUpWithoutAnAnswerBreaksTheResponse() throws Exception {
        TestCall call = removed(FakeFunction.answeringOnce(""), ErrorCode.RESPONSE_BROKEN);
        assertThat(call.answered()).isFalse();
    }

    @Test
    void hangingUpInsideTheHeadBreaksTheResponse() throws Exception {
        TestCall call = removed(FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\nX-A:"), ErrorCode.RESPONSE_BROKEN);
        assertThat(call.answered()).isFalse();
    }

    @Test
    void aBodyShorterThanItsLengthIsPassedOnAndThenBroken() throws Exception {
        TestCall call = removed(
                FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
                ErrorCode.RESPONSE_BROKEN);
        assertThat(call.head().status()).isEqualTo(200);
        assertThat(call.body()).isEqualTo("half");
    }

    @Test
    void chunksWithoutAnEndArePassedOnAndThenBroken() throws Exception {
        TestCall call = removed(
                FakeFunction.answeringOnce("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
                ErrorCode.RESPONSE_BROKEN);
        assertThat(call.body()).isEqualTo("abc");
    }

    @Test
    void aMalformedChunkIsBroken() throws Exception {
        TestCall call = removed(
                FakeFunction.answeringOnce(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n\r\n"),
                ErrorCode.RESPONSE_BROKEN);
        assertThat(call.body()).isEqualTo("abc");
    }

    @Test
    void headersOverTheLimitAreTooBig() throws Exception {
        String header = "X-A: " + "a".repeat(100) + "\r\n";
        TestCall call = removed(
                new RigSettings().maxResponseHeaderBytes(1000),
                FakeFunction.answering("HTTP/1.1 200 OK\r\n" + header.repeat(12) + "Content-Length: 0\r\n\r\n"),
                ErrorCode.RESPONSE_HEADER_TOO_BIG);
        assertThat(call.answered()).isFalse();
    }

    @Test
    void headersWithoutEndAreTooBigAndReadNoFurther() throws Exception {
        removed(
                FakeFunction.answering("HTTP/1.1 200 OK\r\n" + "a:b\r\n".repeat(1_000_000) + "\r\n"),
                ErrorCode.RESPONSE_HEADER_TOO_BIG);
        removed(
                FakeFunction.answering("HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000_000)),
                ErrorCode.RESPONSE_HEADER_TOO_BIG);
    }

    @Test
    void headersOfMegabytesFitIfThereIsNoLimit() throws Exception {
        String header = "X-A: " + "a".repeat(100_000) + "\r\n";
        TestCall call = kept(
                FakeFunction.answering("HTTP/1.1 200 OK\r\n" + header.repeat(20) + "Content-Length: 2\r\n\r\nok"),
                null);
        assertThat(call.head().headers()).hasSize(21);
    }

    @Test
    void aBodyOverTheLimitIsCutExactlyThere() throws Exception {
        TestCall call = kept(
                new RigSettings().maxResponseBytes(10),
                FakeFunction.answering("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n0123456789ab"),
                ErrorCode.RESPONSE_TOO_BIG);
        assertThat(call.head().status()).isEqualTo(200);
        assertThat(call.body()).isEqualTo("0123456789");
    }

    @Test
    void aBodyOfExactlyTheLimitPasses() throws Exception {
        TestCall call = kept(
                new RigSettings().maxResponseBytes(10),
                FakeFunction.answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"),
                null);
        assertThat(call.body()).isEqualTo("0123456789");
    }

    @Test
    void aBodyOverTheLimitByItsSecondPieceIsCutThere() throws Exception {
        TestCall call = kept(
                new RigSettings().maxResponseBytes(4),
                FakeFunction.answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "4\r\nabcd\r\n1\r\ne\r\n0\r\n\r\n"),
                ErrorCode.RESPONSE_TOO_BIG);
        assertThat(call.body()).isEqualTo("abcd");
    }
}
