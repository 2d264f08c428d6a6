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

/** Where requests and answers of the formats of 2018 begin and end; rules of old-formats.md. */
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
}
