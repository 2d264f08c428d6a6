package dev.berth.worker.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.call.CallFormat;
import dev.berth.call.Header;
import dev.berth.conformance.Rule;
import dev.berth.error.ErrorCode;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where requests and answers of the legacy formats begin and end; rules of old-formats.md. */
final class StdioBoundsTest {
    private static final StdioLimits NO_LIMITS = new StdioLimits(0, 0, 0, new ObjectMemory(Long.MAX_VALUE / 2));
    private static final int MIB = 1 << 20;
    private static final int MOST_MIB = 64;

    private static Vertx vertx;

    private final FakeCall.Function function = new FakeCall.Function();
    private StdioExchange exchange;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        vertx.close();
    }

    private FakeCall begin(CallFormat format, Header... headers) {
        return begin(format, NO_LIMITS, headers);
    }

    private FakeCall begin(CallFormat format, StdioLimits limits, Header... headers) {
        exchange = new StdioExchange(vertx, function.streams(), format, limits, bytes -> {});
        FakeCall call = new FakeCall("POST", headers);
        exchange.begin(call);
        return call;
    }

    @Test
    void callersFramingIsNotRepeated() {
        begin(
                CallFormat.HTTP,
                new Header("Host", "forged"),
                new Header("content-length", "7"),
                new Header("Transfer-Encoding", "gzip"),
                new Header("Trailer", "X-T"));

        assertThat(function.stdin.text().split("\r\n"))
                .contains("Host: lb.example:8080", "Transfer-Encoding: chunked")
                .noneMatch(line -> line.matches("(?i)content-length.*|trailer.*|.*gzip|.*forged"));
    }

    @Test
    void connectionHeadersPassBothWays() {
        FakeCall call = begin(CallFormat.HTTP, new Header("Connection", "x"), new Header("TE", "trailers"));
        call.body.end();
        function.stdout.emit("HTTP/1.1 200 OK\r\nConnection: close\r\nKeep-Alive: 5\r\nContent-Length: 0\r\n\r\n");

        assertThat(function.stdin.text()).contains("Connection: x\r\n", "TE: trailers\r\n");
        assertThat(call.succeeded()).isTrue();
        assertThat(call.head.headers()).contains(new Header("Connection", "close"), new Header("Keep-Alive", "5"));
    }

    @Test
    void httpAnswerWithoutAnyLengthHasNoEnd() {
        FakeCall call = begin(CallFormat.HTTP);
        call.body.end();
        function.stdout.emit("HTTP/1.1 200 OK\r\n\r\nand");
        function.stdout.emit(" so on");

        assertThat(call.out.text()).isEqualTo("and so on");
        assertThat(call.ends).isZero();
        assertThat(exchange.abort()).isFalse();
    }

    @Test
    void endOfStdoutIsNoAnswer() {
        FakeCall call = begin(CallFormat.JSON);
        new ObjectConversation(exchange, call, NO_LIMITS, new JsonFormat()).outputEnded();

        assertThat(call.error).hasMessage("invalid json response from function err: EOF");
        assertThat(call.kept).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"contentType\":\"text/html\"}|true",
                "{\"contentType\":\"text/plain\",\"data\":1}|true",
                "[1]|false",
                "{\"contentType\":\"text/html\"} x|false",
                "{\"contentType\":\"text/plain\",\"data\":\"\"} x|false"
            })
    void whatIsNoJsonEndsTheContainerOfAnEventAndSoDoesSurplus(String answer, boolean kept) {
        FakeCall call = begin(CallFormat.CLOUDEVENT);
        call.body.end();
        function.stdout.emit(answer);

        assertThat(call.ends).isEqualTo(1);
        assertThat(call.kept).isEqualTo(kept);
    }

    @ParameterizedTest
    @EnumSource(
            value = CallFormat.class,
            names = {"JSON", "CLOUDEVENT"})
    @Rule("old-whole-limit")
    void objectsAreBoundedEvenWithoutLimits(CallFormat format) {
        String space = " ".repeat(MIB);
        FakeCall large = begin(format);
        for (int i = 0; i < MOST_MIB; i++) {
            large.body.emit(space);
        }
        assertThat(large.ends).isZero();
        large.body.emit(" ");
        assertThat(large.error.code()).isEqualTo(ErrorCode.REQUEST_TOO_BIG);

        FakeCall answered = begin(format);
        answered.body.end();
        for (int i = 0; i < MOST_MIB; i++) {
            function.stdout.emit(space);
        }
        assertThat(answered.ends).isZero();
        function.stdout.emit(" ");
        assertThat(answered.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG);
    }

    /** Of a whole that would be far larger in memory than it is on the wire. */
    @ParameterizedTest
    @CsvSource({
        "JSON,'{\"more\":[','{},'",
        "CLOUDEVENT,'{\"data\":{','\"\":0,'",
        "JSON,'{\"body\":\"','xxxxxxxxxxxxxxxx'"
    })
    @Rule("old-whole-memory")
    void anAnswerThatNeverFitsIntoMemoryIsTooLarge(CallFormat format, String begin, String again) {
        ObjectMemory memory = new ObjectMemory(MIB);
        FakeCall call = begin(format, new StdioLimits(0, 0, 0, memory));
        call.body.end();
        function.stdout.emit(begin);
        for (int i = 0; i < 16 && call.ends == 0; i++) {
            function.stdout.emit(again.repeat(1024));
        }
        assertThat(call.error).hasMessage("function response too large");
        assertThat(call.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_TOO_BIG);
        assertThat(call.kept).isFalse();
        assertThat(memory.taken()).isZero();
    }

    @Test
    @Rule("old-whole-memory")
    void anAnswerThatDoesNotFitBesideOthersIsNotTheFunctionsFault() {
        ObjectMemory memory = new ObjectMemory(MIB);
        ObjectMemory.Lease others = memory.lease();
        assertThat(others.hold(MIB - 8192)).isTrue();
        FakeCall call = begin(CallFormat.JSON, new StdioLimits(0, 0, 0, memory));
        call.body.end();
        function.stdout.emit("{\"body\":\"" + "x".repeat(10_000));

        assertThat(call.error).hasMessage("no memory is left for the function's answer");
        assertThat(call.error.userToBlame()).isFalse();
        others.giveBack();
        assertThat(memory.taken()).isZero();
    }

    @Test
    @Rule("old-whole-memory")
    void aRequestThatDoesNotFitBesideOthersIsPlacedElsewhereAndOneThatNeverFitsIsTooLarge() {
        ObjectMemory memory = new ObjectMemory(MIB);
        StdioLimits limits = new StdioLimits(0, 0, 0, memory);
        FakeCall one = begin(CallFormat.JSON, limits);
        one.body.emit(" ".repeat(MIB / 4));
        FakeCall two = begin(CallFormat.JSON, limits);
        two.body.emit(" ".repeat(MIB / 4));
        assertThat(two.error.code()).isEqualTo(ErrorCode.SERVER_BUSY);
        assertThat(two.kept).isTrue();
        one.body.emit(" ".repeat(MIB / 4));
        assertThat(one.error.code()).isEqualTo(ErrorCode.REQUEST_TOO_BIG);
        assertThat(one.kept).isTrue();

        FakeCall event = begin(CallFormat.CLOUDEVENT, limits);
        event.body.emit("[" + "{},".repeat(4096));
        event.body.end();
        assertThat(event.error.code()).isEqualTo(ErrorCode.REQUEST_TOO_BIG);
        assertThat(function.stdin.text()).isEmpty();
        assertThat(memory.taken()).isZero();
    }

    @Test
    @Rule("old-whole-memory")
    void whatCallsHeldIsGivenBackHoweverTheyEnd() {
        ObjectMemory memory = new ObjectMemory(MIB);
        StdioLimits limits = new StdioLimits(0, 0, 0, memory);
        FakeCall aborted = begin(CallFormat.JSON, limits);
        aborted.body.emit("x".repeat(10_000));
        assertThat(memory.taken()).isPositive();
        exchange.abort();
        assertThat(memory.taken()).isZero();

        FakeCall good = begin(CallFormat.JSON, limits);
        good.body.emit("x".repeat(10_000));
        good.body.end();
        assertThat(memory.taken()).isPositive();
        function.stdout.emit("{\"body\":\"y\"}");
        assertThat(good.succeeded()).isTrue();
        assertThat(memory.taken()).isZero();
    }

    @Test
    void namesMayBeLongAndLimitsAreToldInPlainWords() {
        FakeCall json = begin(CallFormat.JSON);
        json.body.end();
        function.stdout.emit("{\"" + "k".repeat(100_000) + "\":1,\"body\":\"x\"}");
        assertThat(json.out.text()).isEqualTo("x");

        FakeCall event = begin(CallFormat.CLOUDEVENT);
        event.body.emit("[".repeat(20_000));
        event.body.end();
        assertThat(event.error)
                .hasMessage("Invalid json body with contentType 'application/json'. Document nesting depth (10001)"
                        + " exceeds the maximum allowed (10000)");
    }

    /** Within an answer's unknown members, and in the data of an event both ways. */
    @Test
    @Rule("old-json-depth")
    void jsonMayBeNestedAsDeepAsItEverCould() {
        String open = "[".repeat(9_990);
        String close = "]".repeat(9_990);
        FakeCall json = begin(CallFormat.JSON);
        json.body.end();
        function.stdout.emit("{\"body\":\"x\",\"more\":" + open + close + "}");
        assertThat(json.succeeded()).isTrue();
        assertThat(json.kept).isTrue();

        FakeCall event = begin(CallFormat.CLOUDEVENT);
        event.body.emit(open + "{\"b\":1,\"a\":2}" + close);
        event.body.end();
        assertThat(function.stdin.text()).contains("\"data\":" + open + "{\"a\":2,\"b\":1}" + close + "}");
        function.stdout.emit("{\"contentType\":\"application/json\",\"data\":" + open + "1" + close + "}");
        assertThat(event.succeeded()).isTrue();
        assertThat(event.out.text()).isEqualTo(open + "1" + close);
    }

    @Test
    @Rule("old-json-depth")
    void jsonThatIsNestedDeeperIsRefused() {
        String open = "[".repeat(1_000_000);
        FakeCall json = begin(CallFormat.JSON);
        json.body.end();
        function.stdout.emit("{\"more\":" + open);
        assertThat(json.error.code()).isEqualTo(ErrorCode.OLD_FORMAT_RESPONSE_INVALID);
        assertThat(json.kept).isFalse();

        FakeCall event = begin(CallFormat.CLOUDEVENT);
        event.body.emit(open);
        event.body.end();
        assertThat(event.error.code()).isEqualTo(ErrorCode.INVALID_EVENT_BODY);
        assertThat(event.kept).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"\\ud800,\ufffd", "\\udc00x,\ufffdx", "a\\ud83d,a\ufffd", "\\ud83d\\ude00,\ud83d\ude00"})
    @Rule("old-lone-surrogate")
    void halfACharacterIsReplaced(String written, String read) {
        FakeCall json = begin(CallFormat.JSON);
        json.body.end();
        function.stdout.emit("{\"body\":\"" + written + "\",\"content_type\":\"" + written
                + "\",\"protocol\":{\"headers\":{\"X-A\":[\"" + written + "\"]}}}");
        assertThat(json.out.text()).isEqualTo(read);
        assertThat(json.head.headers()).contains(new Header("X-A", read), new Header("Content-Type", read));

        FakeCall event = begin(CallFormat.CLOUDEVENT);
        event.body.emit("\"" + written + "\"");
        event.body.end();
        function.stdout.emit("{\"contentType\":\"text/plain\",\"data\":\"" + written + "\"}");
        assertThat(event.out.text()).isEqualTo(read);
    }
}
