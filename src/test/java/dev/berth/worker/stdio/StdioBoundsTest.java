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
    private static final StdioLimits NO_LIMITS = new StdioLimits(0, 0, 0);
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
        exchange = new StdioExchange(vertx, function.streams(), format, NO_LIMITS, bytes -> {});
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
