package dev.berth.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.conformance.Rule;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CallerContextTest {
    private static final String TRACE = "000102030405060708090a0b0c0d0e0f";
    private static final String SPAN = "f0f1f2f3f4f5f6f7";
    private static final String BINARY = "0000" + TRACE + "01" + SPAN + "0201";
    private static final String W3C_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String W3C = "00-" + W3C_TRACE + "-00f067aa0ba902b7-01";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Rule("trace-caller")
    void openCensusContextIsReadWithAndWithoutPadding(boolean padded) {
        String text = padded ? base64(BINARY) : base64(BINARY).replace("=", "");

        SpanContext caller = read(Map.of("grpc-trace-bin", text));

        assertThat(caller.getTraceId()).isEqualTo(TRACE);
        assertThat(caller.getSpanId()).isEqualTo(SPAN);
        assertThat(caller.isSampled()).isTrue();
        assertThat(caller.isRemote()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0200, false", "0201, true", "0203, true", "'', false", "02, false", "0201ff00, true", "09ff, false"})
    void flagsAreOptionalAndWhatFollowsThemIsIgnored(String end, boolean sampled) {
        SpanContext caller = read(Map.of("grpc-trace-bin", base64("0000" + TRACE + "01" + SPAN + end)));

        assertThat(caller.getTraceId()).isEqualTo(TRACE);
        assertThat(caller.isSampled()).isEqualTo(sampled);
    }

    @Test
    @Rule("trace-caller-w3c")
    void w3cContextIsReadWhereThereIsNoOther() {
        SpanContext caller = read(Map.of("traceparent", W3C, "tracestate", "vendor=x"));

        assertThat(caller.getTraceId()).isEqualTo(W3C_TRACE);
        assertThat(caller.getTraceState().get("vendor")).isEqualTo("x");
        assertThat(read(Map.of("traceparent", W3C, "grpc-trace-bin", "?")).getTraceId())
                .isEqualTo(W3C_TRACE);
    }

    @Test
    @Rule("trace-caller")
    void openCensusContextWinsOverW3cs() {
        assertThat(read(Map.of("traceparent", W3C, "grpc-trace-bin", base64(BINARY)))
                        .getTraceId())
                .isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0000" + TRACE,
                "0000" + TRACE + "01" + "f0f1f2f3f4f5f6",
                // another version, fields out of order, ids of zeros
                "0100" + TRACE + "01" + SPAN + "0201",
                "0001" + SPAN + "00" + TRACE + "0201",
                "0000" + "00000000000000000000000000000000" + "01" + SPAN + "0201",
                "0000" + TRACE + "01" + "0000000000000000" + "0201"
            })
    @Rule("trace-caller-bad")
    void openCensusContextThatCannotBeReadCountsAsNone(String bytes) {
        assertThat(read(Map.of("grpc-trace-bin", base64(bytes)))).isEqualTo(SpanContext.getInvalid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%%%", "AA=A", "AAA,BBB", "\u00e9"})
    @Rule("trace-caller-bad")
    void whatIsNoBase64CountsAsNone(String text) {
        assertThat(read(Map.of("grpc-trace-bin", text))).isEqualTo(SpanContext.getInvalid());
        assertThat(read(Map.of("grpc-trace-bin", base64(BINARY).repeat(1000)))).isEqualTo(SpanContext.getInvalid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00-x-y-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    @Rule("trace-caller-bad")
    void w3cContextThatCannotBeReadCountsAsNone(String text) {
        assertThat(read(Map.of("traceparent", text))).isEqualTo(SpanContext.getInvalid());
    }

    private static SpanContext read(Map<String, String> metadata) {
        return Span.fromContext(CallerContext.read(metadata::get)).getSpanContext();
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
}
