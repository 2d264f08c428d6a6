package dev.berth.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CallModelParserTest {

    @Test
    void readsADocumentAsALoadBalancerWritesIt() {
        CallModel model =
                CallModelParser.parse("{\"id\":\"01M8\",\"status\":\"running\",\"image\":\"img:1\",\"type\":\"sync\","
                        + "\"url\":\"http://host/invoke/fnid\",\"method\":\"POST\",\"timeout\":45,\"idle_timeout\":60,"
                        + "\"tmpfs_size\":64,\"memory\":128,\"cpus\":\"100m\",\"config\":{\"A\":\"1\",\"B\":\"\"},"
                        + "\"annotations\":{\"x/y\":{\"k\": [1, 2.50, \"s\"]}},"
                        + "\"headers\":{\"Content-Type\":[\"text/plain\"],\"X\":[\"a\",\"b\"]},\"syslog_url\":\"udp://log:514\","
                        + "\"completed_at\":\"0001-01-01T00:00:00.000Z\",\"created_at\":\"2026-11-24T01:44:24.000Z\","
                        + "\"started_at\":\"0001-01-01T00:00:00.000Z\",\"app_id\":\"a1\",\"app_name\":\"app\","
                        + "\"trigger_id\":\"\",\"fn_id\":\"f1\"}");

        assertThat(model)
                .isEqualTo(new CallModel(
                        "01M8",
                        "img:1",
                        false,
                        "POST",
                        "http://host/invoke/fnid",
                        Duration.ofSeconds(45),
                        Duration.ofSeconds(60),
                        64,
                        128,
                        100,
                        Map.of("A", "1", "B", ""),
                        Map.of("x/y", "{\"k\":[1,2.50,\"s\"]}"),
                        Map.of("Content-Type", List.of("text/plain"), "X", List.of("a", "b")),
                        "udp://log:514",
                        "a1",
                        "app",
                        "f1",
                        "",
                        CallFormat.HTTP_STREAM));
    }

    @Test
    void nothingButAnImageIsEnough() {
        CallModel model = parse("");

        assertThat(model.method()).isEqualTo("GET");
        assertThat(model.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(model.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(model.memoryMiB()).isZero();
        assertThat(model.cpuMillis()).isZero();
        assertThat(model.syslogUrl()).isNull();
        assertThat(model.config()).isEmpty();
    }

    @Test
    void keysMatchWhateverTheirCase() {
        assertThat(parse("\"TIMEOUT\":5").timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(parse("\"Fn_Id\":\"f\"").fnId()).isEqualTo("f");
        assertThat(parse("\"\\u212Aind\":1,\"idle_timeout\":7").idleTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(parse("\"annotation\\u017F\":{\"a\":1}").annotations()).containsEntry("a", "1");
    }

    @Test
    void unknownKeysAreSkippedWhateverTheyHold() {
        assertThat(parse("\"later\":{\"a\":[{\"b\":null}]},\"created_at\":17,\"stats\":[1,2]")
                        .image())
                .isEqualTo("i");
    }

    @Test
    void lastOfRepeatedKeysCounts() {
        assertThat(parse("\"memory\":1,\"memory\":2,\"MEMORY\":3").memoryMiB()).isEqualTo(3);
    }

    @Test
    void repeatedMapsAddUp() {
        assertThat(parse("\"config\":{\"a\":\"1\",\"b\":\"1\"},\"config\":{\"b\":\"2\"}")
                        .config())
                .isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void nullLeavesAValueAsItIsAndEmptiesAMap() {
        CallModel model = parse("\"memory\":5,\"memory\":null,\"config\":{\"a\":\"1\"},\"config\":null,\"cpus\":null");

        assertThat(model.memoryMiB()).isEqualTo(5);
        assertThat(model.config()).isEmpty();
        assertThat(model.cpuMillis()).isZero();
    }

    @Test
    void nullsInsideMapsAreEmpty() {
        CallModel model =
                parse("\"config\":{\"a\":null},\"headers\":{\"H\":null,\"J\":[null]},\"annotations\":{\"n\":null}");

        assertThat(model.config()).containsEntry("a", "");
        assertThat(model.headers()).containsEntry("H", List.of()).containsEntry("J", List.of(""));
        assertThat(model.annotations()).containsEntry("n", "null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"memory\":-1",
                "\"memory\":-0",
                "\"memory\":1.0",
                "\"memory\":1e3",
                "\"memory\":\"1\"",
                "\"memory\":true",
                "\"memory\":18446744073709551616",
                "\"tmpfs_size\":4294967296",
                "\"tmpfs_size\":-1",
                "\"timeout\":2147483648",
                "\"timeout\":1.5",
                "\"timeout\":[]",
                "\"idle_timeout\":\"30\"",
                "\"image\":1",
                "\"config\":[]",
                "\"config\":{\"a\":1}",
                "\"config\":\"a\"",
                "\"headers\":{\"a\":\"b\"}",
                "\"headers\":{\"a\":[1]}",
                "\"annotations\":[]",
                "\"fn_id\":{}"
            })
    void wrongTypesAndRangesAreInvalidJsonAndTheTextNamesTheKey(String field) {
        String key = field.substring(1, field.indexOf('"', 1));

        assertThatThrownBy(() -> parse(field)).isInstanceOfSatisfying(RunnerException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_JSON);
            assertThat(e.wireCode()).isEqualTo(400);
            assertThat(e).hasMessageContaining(key);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "1",
                "{\"image\":\"i\"}}",
                "{\"image\":\"i\"} {}",
                "{'image':'i'}",
                "nul",
                "{\"a\":01}"
            })
    void whatIsNoJsonObjectIsInvalidJson(String document) {
        assertFails(ErrorCode.INVALID_JSON, () -> CallModelParser.parse(document));
    }

    @Test
    void deepNestingIsRefusedNotFollowed() {
        String deep = "[".repeat(100_000);

        assertFails(ErrorCode.INVALID_JSON, () -> parse("\"x\":" + deep));
        assertFails(ErrorCode.INVALID_JSON, () -> parse("\"annotations\":{\"a\":" + deep));
    }

    @Test
    void nestingAsDeepAsItsWritersAllowIsRead() {
        assertThat(parse("\"x\":" + "[".repeat(9_999) + "]".repeat(9_999) + ",\"memory\":7")
                        .memoryMiB())
                .isEqualTo(7);
        assertThatThrownBy(() -> parse("\"x\":" + "[".repeat(10_001)))
                .hasMessage("Invalid JSON: nested more than 10000 deep, or a name or number is too long");
    }

    @Test
    void hugeMemoryIsKeptForTheRegistryToRefuse() {
        assertThat(parse("\"memory\":17592186044416").memoryMiB()).isEqualTo(1L << 44);
        assertThat(parse("\"memory\":18446744073709551615").memoryMiB()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({"0,30", "-5,30", "1,1", "300,300"})
    void timeoutsThatAreNotPositiveAreThirtySeconds(int given, int seconds) {
        CallModel model = parse("\"timeout\":" + given + ",\"idle_timeout\":" + given);

        assertThat(model.timeout()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(model.idleTimeout()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({
        "'',0",
        "0,0",
        "0m,0",
        "100m,100",
        "1024000m,1024000",
        "0.1,100",
        "1,1000",
        "1024,1024000",
        "1.0009,1000",
        "1e2,100000",
        ".5,500",
        "+1,1000"
    })
    void cpusAreMillisOrFractions(String text, long millis) {
        assertThat(parse("\"cpus\":\"" + text + "\"").cpuMillis()).isEqualTo(millis);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m",
                "-1m",
                "+1m",
                "1.5m",
                "1024001m",
                "99999999999999999999m",
                "-0.1",
                "1024.1",
                "NaN",
                "1f",
                "0x1p3",
                "Infinity",
                "1e999",
                "abc",
                " 1",
                "."
            })
    void otherCpusAreInvalid(String text) {
        assertFails(ErrorCode.INVALID_CPUS, () -> parse("\"cpus\":\"" + text + "\""));
    }

    @Test
    void cpusThatAreNoStringAreInvalidJsonWithTheUsualText() {
        assertThatThrownBy(() -> parse("\"cpus\":1")).hasMessage("Invalid JSON");
        assertFails(ErrorCode.INVALID_JSON, () -> parse("\"cpus\":{}"));
    }

    @Test
    void aCallWithoutImageIsRefused() {
        assertFails(ErrorCode.INVALID_IMAGE, () -> CallModelParser.parse("{}"));
        assertFails(ErrorCode.INVALID_IMAGE, () -> CallModelParser.parse("null"));
        assertFails(ErrorCode.INVALID_IMAGE, () -> CallModelParser.parse("{\"image\":\"\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        "'',HTTP_STREAM",
        "http-stream,HTTP_STREAM",
        "default,DEFAULT",
        "http,HTTP",
        "json,JSON",
        "cloudevent,CLOUDEVENT"
    })
    void formatsAreKnownByName(String format, CallFormat expected) {
        assertThat(parse("\"format\":\"" + format + "\"").format()).isEqualTo(expected);
    }

    @Test
    void unknownFormatsAreRefused() {
        assertFails(ErrorCode.INVALID_FORMAT, () -> parse("\"format\":\"HTTP\""));
    }

    @Test
    void onlyTheTypeDetachedIsDetached() {
        assertThat(parse("\"type\":\"detached\"").detached()).isTrue();
        assertThat(parse("\"type\":\"async\"").detached()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "get", "PROPFIND", "M-SEARCH"})
    void methodsAreTokens(String method) {
        assertThat(parse("\"method\":\"" + method + "\"").method()).isEqualTo(method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"G T", "GET\\r\\nX: y", "é", "a/b", "\\u0000"})
    void otherMethodsAreRefused(String method) {
        assertFails(ErrorCode.INVALID_METHOD, () -> parse("\"method\":\"" + method + "\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/r/app/fn?q=a b&c=%zz",
                "http://host/invoke/fn",
                "http://host:8080/p|{a}",
                "https://u:p@host/x",
                "http://[::1]:80/x",
                "//host/x",
                "opaque:thing",
                "http://host/%41",
                "x/y:z",
                "http://höst/ü"
            })
    void urlsThatBrowsersSendAreTaken(String url) {
        assertThat(parse("\"url\":\"" + url + "\"").url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host/\\u0001",
                "http://host/a\\r\\nb",
                "http://host/%zz",
                "http://host/%4",
                "http://ho st/",
                "http://host:80x/",
                "http://[::1/",
                "http://::1]/",
                ":x",
                "1a:b",
                "http://host\\u007f/"
            })
    void brokenUrlsAreRefused(String url) {
        assertFails(ErrorCode.INVALID_URL, () -> parse("\"url\":\"" + url + "\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a b\":[\"x\"]}",
                "{\"\":[\"x\"]}",
                "{\"A\":[\"x\\r\\nB: y\"]}",
                "{\"A\":[\"\\u0000\"]}",
                "{\"a:\":[]}"
            })
    void headersThatWouldBreakTheRequestAreRefused(String headers) {
        assertFails(ErrorCode.INVALID_HEADER, () -> parse("\"headers\":" + headers));
    }

    @Test
    void annotationsAreCompactedNotInterpreted() {
        CallModel model = parse(
                "\"annotations\":{ \"a\" : { \"z\" : [ 1.50 , -0 , 1E9 , \"x\\\"\\n\" ] , \"b\" : { } } , \"c\":[ ] }");

        assertThat(model.annotations())
                .isEqualTo(Map.of("a", "{\"z\":[1.50,-0,1E9,\"x\\\"\\n\"],\"b\":{}}", "c", "[]"));
    }

    private static CallModel parse(String fields) {
        return CallModelParser.parse("{\"image\":\"i\"" + (fields.isEmpty() ? "" : ",") + fields + "}");
    }

    private static void assertFails(ErrorCode code, ThrowingCallable parse) {
        assertThatThrownBy(parse)
                .isInstanceOfSatisfying(
                        RunnerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
